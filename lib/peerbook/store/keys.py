"""The keys of a store: one master key, kept apart from the data, and all others derived from it.

A master key is known by a fingerprint, its id. What it encrypted says in clear which store it
belongs to and which key is needed; so a store finds its key wherever it is moved to, a wrong key is
told from a damaged file, and earlier keys open earlier backups when a key was changed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from platformdirs import user_config_path
from sqlalchemy.orm import Session

from peerbook.errors import Fault, InputFault, Place, StoreUnavailable
from peerbook.paths import DATA_FOLDER_VARIABLE
from peerbook.store.codes import ALPHABET, MISREAD
from peerbook.text import _

Use = Literal["store", "names", "cpr", "pseudonyms", "audit", "backup", "ends"]

FILE_VARIABLE = "PEERBOOK_KEY_FILE"
PLACE_VARIABLE = "PEERBOOK_KEY"
KEYRING = "keyring"

KEY_BYTES = 32
STORE_ID_BYTES = 12
KEY_ID_BYTES = 4
MARK_BYTES = STORE_ID_BYTES + KEY_ID_BYTES
CODE_GROUPS, _DATA_SIGNS = 13, 4
_SIGN_BITS = 5
_PLACE = re.compile(r"\b\d{1,2}\.")
"""The number of a group, as it is printed before each: "13."."""
_PADDING_BITS = CODE_GROUPS * _DATA_SIGNS * _SIGN_BITS - 8 * KEY_BYTES


@dataclass(frozen=True)
class MasterKey:
    """One master key; what is encrypted is encrypted with keys derived from it."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> MasterKey:
        """Return a key nobody has had before."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @cached_property
    def id(self) -> str:
        """Its fingerprint, which may be seen by anybody."""
        return self._expanded("id", KEY_ID_BYTES).hex()

    def derived(self, use: Use) -> bytes:
        """Return the key of 32 bytes for one use; from none of them another can be computed."""
        return self._expanded(use, KEY_BYTES)

    def _expanded(self, info: str, length: int) -> bytes:
        derivation = HKDF(hashes.SHA256(), length, salt=None, info=f"peerbook {info}".encode())
        return derivation.derive(self.secret)

    @property
    def recovery_code(self) -> str:
        """The key as a person can write it down: 13 groups of five, the fifth sign a check."""
        number = int.from_bytes(self.secret, "big") << _PADDING_BITS
        values = [
            number >> (_SIGN_BITS * position) & 31
            for position in reversed(range(CODE_GROUPS * _DATA_SIGNS))
        ]
        groups = [
            [*part, _check_sign(index, part)]
            for index, part in enumerate(_parts(values, _DATA_SIGNS))
        ]
        return "-".join("".join(ALPHABET[value] for value in group) for group in groups)

    @classmethod
    def from_recovery_code(cls, written: str) -> MasterKey:
        """Return the key somebody wrote down, with the numbers of its groups or without.

        Raises
        ------
        InputFault
            At `code`, with one fault for each group that was written wrongly.
        """
        groups_only = _PLACE.sub(" ", written)
        signs = "".join(c for c in groups_only.upper() if c.isalnum()).translate(MISREAD)
        wanted = CODE_GROUPS * (_DATA_SIGNS + 1)
        if len(signs) != wanted or not set(signs) <= set(ALPHABET):
            raise InputFault.at(
                "code",
                _(
                    "A recovery code is {groups} groups of five letters and digits, {wanted} in "
                    "all. Here are {found}. Look at the paper again."
                ).format(groups=CODE_GROUPS, wanted=wanted, found=len(signs)),
            )
        groups = list(_parts([ALPHABET.index(sign) for sign in signs], _DATA_SIGNS + 1))
        wrong = [
            index
            for index, (*part, check) in enumerate(groups)
            if _check_sign(index, part) != check
        ]
        if wrong:
            raise InputFault(
                [
                    Fault(
                        _("Group {number}, “{group}”, is not written right.").format(
                            number=index + 1,
                            group="".join(ALPHABET[value] for value in groups[index]),
                        ),
                        Place(field="code"),
                    )
                    for index in wrong
                ]
            )
        number = 0
        for *part, _check in groups:
            for value in part:
                number = number << _SIGN_BITS | value
        return cls((number >> _PADDING_BITS).to_bytes(KEY_BYTES, "big"))


def _parts(values: list[int], size: int) -> list[list[int]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _check_sign(index: int, part: list[int]) -> int:
    """Return a sign that no wrong sign, two neighbours swapped, or two groups swapped leave right.

    A remainder over the field of 32 elements, modulus x⁵ + x² + 1.
    """
    check = index
    for value in part:
        check ^= value
        check = check << 1 ^ (0b100101 if check & 16 else 0)
    return check


class KeyPlace(Protocol):
    """Where the keys of one store are kept."""

    told: str
    """The place in words a user can find it by."""

    def read(self) -> str | None:
        """Return what is kept, None when there is nothing."""

    def write(self, content: str) -> None:
        """Keep it, all or nothing."""


class Keys:
    """The keys of one store.

    Parameters
    ----------
    store_id
        Which store, 24 hexadecimal digits.
    key_id
        Which of its keys the store is encrypted with now.
    masters
        Those that are at hand, by id.
    """

    def __init__(self, store_id: str, key_id: str, masters: dict[str, MasterKey]) -> None:
        self.store_id = store_id
        self.key_id = key_id
        self._masters = masters

    @property
    def mark(self) -> bytes:
        """Which store and which key, as it stands in clear before what is encrypted."""
        return bytes.fromhex(self.store_id + self.key_id)

    @classmethod
    def marked(cls, mark: bytes) -> Keys:
        """Return the keys to what such a mark stands before; see `load`."""
        store_id, key_id = mark[:STORE_ID_BYTES], mark[STORE_ID_BYTES:MARK_BYTES]
        return cls.load(store_id.hex(), key_id.hex())

    @classmethod
    def new(cls) -> Keys:
        """Return the keys of a new store, which are kept before anything is encrypted with them."""
        store_id = secrets.token_hex(STORE_ID_BYTES)
        keys = cls(store_id, "", {})
        keys.key_id = keys.add(MasterKey.new())
        return keys

    @classmethod
    def load(cls, store_id: str, key_id: str) -> Keys:
        """Return the keys of a store.

        Raises
        ------
        StoreUnavailable
            When the key is not here, or where others can read it, with what to do.
        """
        keys = cls(store_id, key_id, _kept(store_id))
        keys.master()
        return keys

    def master(self, key_id: str | None = None) -> MasterKey:
        """Return a master key by its id; without one, that of the store as it is now."""
        wanted = key_id or self.key_id
        if wanted not in self._masters:
            self._masters = _kept(self.store_id)  # another process may have changed the key
        if wanted not in self._masters:
            raise StoreUnavailable(_missing(self.store_id, wanted))
        return self._masters[wanted]

    def derived(self, use: Use, key_id: str | None = None) -> bytes:
        """Return the key for one use; see `MasterKey.derived`."""
        return self.master(key_id).derived(use)

    @property
    def ids(self) -> list[str]:
        """The ids of all keys kept for the store, the oldest first."""
        return list(self._masters)

    def add(self, master: MasterKey) -> str:
        """Keep one more key for the store, and return its id."""
        masters = {**_kept(self.store_id), master.id: master}
        content = {
            "what": "peerbook key: keep it apart from the data, and secret",
            "store": self.store_id,
            "keys": {key_id: one.secret.hex() for key_id, one in masters.items()},
        }
        key_place(self.store_id).write(json.dumps(content, indent=1))
        self._masters = masters
        return master.id


def keys_of(session: Session) -> Keys:
    """Return the keys of the store a session belongs to."""
    return cast(Keys, session.info["database"].keys)


def key_place(store_id: str) -> KeyPlace:
    """Return where the keys of a store are kept, as the environment says.

    The system's key ring when PEERBOOK_KEY says so; else the file PEERBOOK_KEY_FILE, or a file in
    it if that is a folder. Without it, a file in the user's own settings; or beside the data folder
    when PEERBOOK_DATA moves that, so that trials and tests touch nothing of the user's.
    """
    if os.environ.get(PLACE_VARIABLE) == KEYRING:
        return _KeyRing(store_id)
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_dir():
        return _KeyFile(Path(named))
    moved = os.environ.get(DATA_FOLDER_VARIABLE)
    if named:
        folder = Path(named)
    elif moved:
        data = Path(moved).absolute()
        folder = data.with_name(f"{data.name}-keys")
    else:
        folder = user_config_path("peerbook", False) / "keys"
    return _KeyFile(folder / f"{store_id}.key")


def _kept(store_id: str) -> dict[str, MasterKey]:
    """Return the keys that are kept for a store, by id; none when there are none."""
    place = key_place(store_id)
    content = place.read()
    if content is None:
        return {}
    try:
        read = json.loads(content)
        masters = [MasterKey(bytes.fromhex(secret)) for secret in read["keys"].values()]
        whole = all(len(master.secret) == KEY_BYTES for master in masters)
        owner = str(read["store"])
    except (ValueError, LookupError, AttributeError, TypeError):
        whole, owner, masters = False, store_id, []
    if not whole:
        raise StoreUnavailable(
            _(
                "The key at {place} is damaged, so the data cannot be opened. Move it away, and "
                "type in the recovery code with “peerbook key restore”."
            ).format(place=place.told)
        )
    if owner != store_id:
        raise StoreUnavailable(
            _(
                "The key at {place} belongs to other data. Let {variable} name the right file, or "
                "leave it out."
            ).format(place=place.told, variable=FILE_VARIABLE)
        )
    return {master.id: master for master in masters}


def _missing(store_id: str, key_id: str) -> str:
    return _(
        "The data are encrypted, and their key ({key}) is not at {place}. Bring the key file back "
        "there, or type in the recovery code you wrote down with “peerbook key restore”. Without "
        "one of them nobody can open the data. If the key should be there, the beginning of the "
        "data file is damaged: then bring back the newest backup."
    ).format(key=key_id, place=key_place(store_id).told)


class _KeyFile:
    """A file only its owner can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.told = str(path)

    def read(self) -> str | None:
        try:
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                raise StoreUnavailable(
                    _(
                        "Others on this computer can read the key {path}, so it is not used. Close "
                        "it to them (“chmod 600 {path}”), and think about who may have read it; "
                        "“peerbook key rotate” makes a new one."
                    ).format(path=self._path)
                )
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable() from error

    def write(self, content: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, aside = tempfile.mkstemp(dir=self._path.parent, prefix=".new-key-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(aside).replace(self._path)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise
            sync_folder(self._path.parent)
        except OSError as error:
            raise self._unusable() from error

    def _unusable(self) -> StoreUnavailable:
        return StoreUnavailable(
            _(
                "The key of the data cannot be read or written at {place}. See that the folder is "
                "there and that you may use it."
            ).format(place=self.told)
        )


class _KeyRing:
    """The key ring of the system, where there is one."""

    _SERVICE = "peerbook"

    def __init__(self, store_id: str) -> None:
        self._store_id = store_id
        self.told = _("the computer's key ring")

    def read(self) -> str | None:
        return self._using(lambda ring: ring.get_password(self._SERVICE, self._store_id))

    def write(self, content: str) -> None:
        self._using(lambda ring: ring.set_password(self._SERVICE, self._store_id, content))

    def _using(self, call: Callable[[_Ring], str | None]) -> str | None:
        import keyring
        from keyring.errors import KeyringError

        ring = keyring.get_keyring()
        try:
            if ring.priority > 0:
                return call(ring)
        except KeyringError:
            pass
        raise StoreUnavailable(
            _(
                "This computer has no key ring that peerbook can use now. Unlock it, or leave out "
                "{variable}, so that the key is kept in a file."
            ).format(variable=PLACE_VARIABLE)
        )


class _Ring(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed in a folder stays so when the power goes."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
