"""A leak scan: where personal things and secrets stand in files, and never which.

A finding tells file, place and kind. What is meant to stand there, as an invented number in a test,
is allowed in a list that gives a reason for each entry.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault, PeerbookError
from peerbook.personal import Kind, Names, kinds_in
from peerbook.privacy.passages import Unread, passages
from peerbook.store import identities
from peerbook.store.tables import Participant
from peerbook.text import _

ALLOWED_FILE = ".peerbook-allowed.yml"
HOOK_MARK = "# Put here by peerbook scan --hook"
_PASSED_BY = frozenset({".git", ".venv", "node_modules", "__pycache__"})

What = Kind | Literal["unread"]


@dataclass(frozen=True, order=True)
class Finding:
    """Something that must not leave: in which file, where in it, and of what kind."""

    file: str
    where: str
    kind: What


@dataclass(frozen=True)
class Allowed:
    """What is meant to stand in some files.

    Parameters
    ----------
    files
        Pattern of their paths, as "tests/*"; a star stands for folders too.
    kinds
        What may stand there.
    reason
        Why that harms nobody.
    """

    files: str
    kinds: frozenset[str]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Return whether a finding is one of these."""
        return finding.kind in self.kinds and fnmatchcase(finding.file, self.files)


@dataclass(frozen=True)
class Scan:
    """What a scan has found, and how far it went.

    Parameters
    ----------
    findings
        In the order of files, each place and kind once.
    read
        How many files were read.
    names_only
        Files of kinds that hold no text, as pictures: only their names were looked at.
    allowed
        How many findings the list allows.
    """

    findings: tuple[Finding, ...] = ()
    read: int = 0
    names_only: tuple[str, ...] = field(default=(), repr=False)
    allowed: int = 0


def kind_name(kind: What) -> str:
    """Return what a finding is called."""
    return {
        "cpr": _("a CPR number"),
        "phone": _("a phone number"),
        "email": _("an e-mail address"),
        "secret": _("a secret, such as an access code"),
        "name": _("a name"),
        "unread": _("nothing that can be read: locked, damaged or too large"),
    }[kind]


def names_of_all(session: Session) -> Names:
    """Return the names of everybody a store knows."""
    codes = session.scalars(select(Participant.code))
    return Names(identities.name_of(session, codes).values())


def findings_in(file: str, data: bytes, names: Names) -> tuple[list[Finding], bool]:
    """Return what is found in a file and its name, and whether it was of a kind that is read."""
    found: dict[Finding, None] = {}
    for kind in kinds_in(file, names):
        found[Finding(_safe(file, names), _("file name"), kind)] = None
    shown = _safe(file, names)
    try:
        standing = passages(file, data)
        for where, text in standing or ():
            for kind in kinds_in(text, names):
                found[Finding(shown, where, kind)] = None
    except Unread:
        standing = iter(())
        found[Finding(shown, _("the whole file"), "unread")] = None
    return list(found), standing is not None


def _safe(file: str, names: Names) -> str:
    """Return a path with what leaks in it left out, so that telling of it does not leak."""
    return "/".join("…" if kinds_in(part, names) else part for part in PurePosixPath(file).parts)


def scan(files: Iterable[tuple[str, bytes]], names: Names, allowed: Iterable[Allowed] = ()) -> Scan:
    """Return what is found in files.

    Parameters
    ----------
    files
        Path and content of each.
    names
        Whom to look for.
    allowed
        What is meant to stand there.
    """
    allows = tuple(allowed)
    found: list[Finding] = []
    names_only: list[str] = []
    read = passed = 0
    for file, data in files:
        here, is_read = findings_in(file, data, names)
        kept = [one for one in here if not any(each.covers(one) for each in allows)]
        passed += len(here) - len(kept)
        found += kept
        read += is_read
        if not is_read:
            names_only.append(_safe(file, names))
    return Scan(tuple(found), read, tuple(names_only), passed)


def files_under(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the files at or below paths, by the path they were asked for.

    Raises
    ------
    InputFault
        When there is nothing at a path, or it may not be read.
    """
    for path in paths:
        if not path.exists():
            raise InputFault.at("path", _("There is nothing at “{path}”.").format(path=path))
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            parts = one.relative_to(path).parts
            if one.is_file() and not one.is_symlink() and not _PASSED_BY.intersection(parts):
                try:
                    yield one.as_posix(), one.read_bytes()
                except OSError:
                    message = _("“{path}” may not be read by you.").format(path=one)
                    raise InputFault.at("path", message) from None


def told(found: Scan) -> list[str]:
    """Return what a scan tells whoever asked for it: every place, then how far it went."""
    lines = [f"{one.file}, {one.where}: {kind_name(one.kind)}" for one in found.findings]
    counts = _("{read} files read, {found} places found, {allowed} allowed by the list.")
    lines.append(counts.format(read=found.read, found=len(found.findings), allowed=found.allowed))
    if found.names_only:
        text = _("Of {n} files only the names were looked at, for they hold no text.")
        lines.append(text.format(n=len(found.names_only)))
    return lines


# -- what is allowed -------------------------------------------------------------------------------


def read_allowed(path: Path) -> tuple[Allowed, ...]:
    """Return what a list allows; nothing when there is no such file.

    Raises
    ------
    InputFault
        When an entry is incomplete: without a reason nothing is allowed.
    """
    if not path.is_file():
        return ()
    try:
        entries = yaml.safe_load(path.read_text("utf-8")) or []
        allowed = tuple(
            Allowed(str(one["files"]), frozenset(map(str, one["kinds"])), str(one["reason"]))
            for one in entries
        )
    except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError):
        allowed = None
    if allowed is None or not all(one.reason.strip() and one.kinds for one in allowed):
        raise InputFault.at(
            "allow",
            _(
                "The list “{path}” cannot be used. Every entry needs “files”, “kinds” and “reason”."
            ).format(path=path),
        )
    return allowed


# -- git -------------------------------------------------------------------------------------------


def staged_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files a commit would hold, as they would stand in it.

    Raises
    ------
    PeerbookError
        When the folder is in no git repository.
    """
    listed = _git(folder, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRT")
    for name in filter(None, listed.decode("utf-8", "replace").split("\0")):
        yield name, _git(folder, "show", f":{name}")


def tracked_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files git keeps, as they stand in the folder now."""
    listed = _git(folder, "ls-files", "-z").decode("utf-8", "replace")
    for name in filter(None, listed.split("\0")):
        path = folder / name
        if path.is_file():
            yield name, path.read_bytes()


def install_hook(folder: Path, *, with_names: bool) -> Path:
    """Have every commit in a repository scanned first, and return the hook.

    Parameters
    ----------
    with_names
        Whether the names in the store are looked for too; then there has to be one.

    Raises
    ------
    PeerbookError
        When there is another hook already, or no repository.
    """
    place = _git(folder, "rev-parse", "--git-path", "hooks").decode().strip()
    hook = (folder / place / "pre-commit").resolve()
    if hook.exists() and HOOK_MARK not in hook.read_text("utf-8", "replace"):
        raise PeerbookError(
            _(
                "There is another hook at {path}, and it stays. Add this line to it: "
                "peerbook scan --staged"
            ).format(path=hook)
        )
    hook.parent.mkdir(parents=True, exist_ok=True)
    start = "from peerbook.cli import main; main()"
    names = "--names" if with_names else "--no-names"
    command = f'exec "{sys.executable}" -c "{start}" scan --staged {names}'
    hook.write_text(f"#!/bin/sh\n{HOOK_MARK}\n{command}\n", "utf-8")
    hook.chmod(0o755)
    return hook


def top_of(folder: Path) -> Path:
    """Return the folder a git repository begins in."""
    return Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())


def _git(folder: Path, *words: str) -> bytes:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        raise PeerbookError(
            _("This needs git, and a folder that git keeps: {path}.").format(path=folder)
        ) from None
