"""What stands in a file, passage by passage, each with its place: what a leak scan reads.

A file is read for all that a reader could find in it, also where its program does not show it:
metadata, attachments, comments, files inside files.
"""

from __future__ import annotations

import contextlib
import email
import email.message
import email.policy
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from openpyxl import load_workbook

from peerbook.text import _

Passage = tuple[str, str]
"""Where something stands in a file, and what."""

LARGEST_BYTES = 200_000_000
DEEPEST = 4
_ADDRESSES = {"from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "delivered-to"}
"""A mail cannot go anywhere without these; what else stands in one is read."""
_MARKED_UP = (".html", ".htm", ".svg", ".xml")
_TAG = re.compile(r"<[^>]*>")
_NO_TEXT = ("xl/styles.xml", "xl/theme/", "xl/worksheets/sheet", "xl/calcChain.xml")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


class Unread(Exception):
    """A file that should be read and cannot: damaged, locked with a password, or too large."""


def passages(name: str, data: bytes, depth: int = 0) -> Iterator[Passage] | None:
    """Return what stands in a file; None when it is of a kind that holds no text to read.

    Raises
    ------
    Unread
        At once or while it is read, when it is of a kind that does, and cannot be read.
    """
    if len(data) > LARGEST_BYTES or depth > DEEPEST:
        raise Unread
    ending = PurePath(name).suffix.casefold()
    if ending in _READERS:
        return _READERS[ending](data, depth)
    if data.startswith(b"PK\x03\x04"):
        return _archive(data, depth)
    if data.startswith(b"%PDF"):
        return _pdf(data)
    text = _decoded(data)
    if text is None:
        return None
    return _lines(html.unescape(text) if ending in _MARKED_UP else text)


def _decoded(data: bytes) -> str | None:
    """Return a text file's text in whichever way it was written, None when it is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[Passage]:
    where = _("line {n}")
    for number, line in enumerate(text.splitlines(), start=1):
        yield where.format(n=number), line


# -- notebooks -------------------------------------------------------------------------------------


def _notebook(data: bytes, _depth: int) -> Iterator[Passage]:
    try:
        notebook = json.loads(data)
    except ValueError:
        raise Unread from None
    return notebook_passages(notebook)


def notebook_passages(notebook: Mapping[str, Any]) -> Iterator[Passage]:
    """Yield what stands in a notebook: sources, outputs, attachments and metadata."""
    for number, cell in enumerate(notebook.get("cells") or [], start=1):
        parts = {
            _("cell {n}, source"): cell.get("source"),
            _("cell {n}, output"): cell.get("outputs"),
            _("cell {n}, attachments"): cell.get("attachments"),
            _("cell {n}, metadata"): cell.get("metadata"),
        }
        for where, part in parts.items():
            for text in texts_in(part):
                yield where.format(n=number), text
    for text in texts_in(notebook.get("metadata")):
        yield _("the notebook's metadata"), text


def texts_in(value: object) -> Iterator[str]:
    """Yield every text in a JSON value, numbers too; pieces of one text together."""
    if isinstance(value, str):
        yield html.unescape(value)
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        yield html.unescape("\n".join(one.removesuffix("\n") for one in value))
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from texts_in(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


# -- files of files --------------------------------------------------------------------------------


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unread from None
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
        raise Unread
    return archive


def _inside(place: str, name: str, data: bytes, depth: int) -> Iterator[Passage]:
    for where, text in passages(name, data, depth + 1) or ():
        yield f"{place}, {where}", text


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for entry in archive.infolist():
        if not entry.is_dir():
            try:
                yield entry.filename, archive.read(entry)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, OSError):
                raise Unread from None


def _archive(data: bytes, depth: int) -> Iterator[Passage]:
    with _opened(data) as archive:
        yield _("remark"), archive.comment.decode("utf-8", "replace")
        for number, (name, content) in enumerate(_entries(archive), start=1):
            # A file's name may be what leaks, so a place inside an archive tells its number too.
            yield _("name of file {n}").format(n=number), name
            yield from _inside(_("file {n}").format(n=number), name, content, depth)


def _spreadsheet(data: bytes, depth: int) -> Iterator[Passage]:
    with _opened(data) as archive:
        parts = dict(_entries(archive))
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        for number, sheet in enumerate(book.worksheets, start=1):
            yield _("name of sheet {n}").format(n=number), sheet.title
            where = _("sheet {n}, row {row}")
            for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield where.format(n=number, row=row), "; ".join(map(_cell, values))
    except Exception:  # openpyxl passes on whatever a damaged part trips it over
        raise Unread from None
    for name, content in parts.items():
        if name.startswith(_NO_TEXT):
            continue
        if name.endswith((".xml", ".vml")):
            text = _TAG.sub(" ", content.decode("utf-8", "replace"))
        elif name.endswith(".rels"):
            text = content.decode("utf-8", "replace")
        else:
            yield from _inside(name, name, content, depth)
            continue
        yield name, html.unescape(text)


def _cell(value: object) -> str:
    if isinstance(value, int) and 10**8 <= value < 10**9:
        return f"0{value}"  # a spreadsheet program drops the nought that a CPR number begins with
    return "" if value is None else str(value)


# -- mails -----------------------------------------------------------------------------------------


def _mail(data: bytes, depth: int) -> Iterator[Passage]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    for header, value in message.items():
        if header.casefold() not in _ADDRESSES | {"message-id"}:
            yield header, str(value)
    number = 0
    for part in message.walk():
        if part.is_multipart():
            continue
        number += 1
        yield from _mail_part(part, number, depth)


def _mail_part(part: email.message.Message, number: int, depth: int) -> Iterator[Passage]:
    name = part.get_filename()
    if name is not None:
        yield _("name of file {n}").format(n=number), name
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return
    if name is None:
        name = "part.html" if part.get_content_subtype() == "html" else "part.txt"
        if part.get_content_maintype() == "text":
            with contextlib.suppress(LookupError, UnicodeDecodeError):
                content = content.decode(part.get_content_charset("utf-8")).encode()
    yield from _inside(_("file {n}").format(n=number), name, content, depth)


# -- PDF -------------------------------------------------------------------------------------------


def _pdf(data: bytes) -> Iterator[Passage]:
    """Yield what is written on the pages, and in the document's own description.

    A page names glyphs, and each font says by a table which letters they are. Which font a text is
    set in is not followed: it is read with every table, and only the right one gives words.
    """
    if b"/Encrypt" in data:
        raise Unread
    streams = []
    for match in _STREAM.finditer(data):
        try:
            streams.append(zlib.decompressobj().decompress(match[1], LARGEST_BYTES))
        except zlib.error:
            streams.append(match[1])
    described = b"\n".join([_STREAM.sub(b"", data), *(one for one in streams if b"/Title" in one)])
    yield _("description"), " ".join(_literals(described))
    tables = [_letters(one) for one in streams if b"begincmap" in one]
    page = 0
    for one in streams:
        if one.lstrip().startswith(b"<?x"):
            yield _("description"), html.unescape(_TAG.sub(" ", one.decode("utf-8", "replace")))
        elif re.search(rb"\bBT\b", one) and b"begincmap" not in one:
            page += 1
            yield _("page {n}").format(n=page), "\n".join(_literals(one))
            for letters in tables:
                yield _("page {n}").format(n=page), _set_text(one, letters)


def _literals(content: bytes) -> Iterator[str]:
    for match in re.finditer(rb"\(((?:\\.|[^\\()])*)\)|<(FEFF[0-9A-Fa-f]*)>", content, re.DOTALL):
        if match[2]:
            yield bytes.fromhex(match[2].decode()).decode("utf-16", "replace")
        else:
            raw = re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8) & 255]), match[1])
            raw = re.sub(rb"\\(.)", rb"\1", raw)
            is_wide = raw.startswith(b"\xfe\xff")
            yield raw.decode("utf-16" if is_wide else "cp1252", "replace")


def _letters(cmap: bytes) -> dict[int, str]:
    """Return which text each glyph of a font stands for, as its ToUnicode table says."""
    letters: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[int(glyph, 16)] = _utf16(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        ranges = rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>"
        for first, last, text in re.findall(ranges, block):
            start = int(text, 16)
            for step in range(min(int(last, 16) - int(first, 16) + 1, 0x10000)):
                letters[int(first, 16) + step] = chr(min(start + step, 0x10FFFF))
    return letters


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


_SET = re.compile(
    rb"<([0-9A-Fa-f\s]*)>|\(((?:\\.|[^\\()])*)\)|(\bT[dDm*]\b|\bET\b)|(-?\d+\.?\d*)(?=[\s<(\]])",
    re.DOTALL,
)
_WIDE_GAP = -180
"""Thousandths of the size of the type; a step this far within a line is a blank."""


def _set_text(content: bytes, letters: Mapping[int, str]) -> str:
    written: list[str] = []
    for match in _SET.finditer(content):
        if match[1] is not None:
            digits = re.sub(rb"\s", b"", match[1])
            glyphs = bytes.fromhex(digits.decode() + "0" * (len(digits) % 2))
        elif match[2] is not None:
            glyphs = _unescaped(match[2])
        elif match[3]:
            written.append("\n")
            continue
        else:
            if float(match[4]) < _WIDE_GAP:
                written.append(" ")
            continue
        codes = (int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2))
        written += [letters.get(code, "") for code in codes]
    return "".join(written)


_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(raw: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        if match[1].isdigit():
            return bytes([int(match[1], 8) & 255])
        return _ESCAPED.get(match[1], match[1])

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, raw, flags=re.DOTALL)


_READERS: Mapping[str, Callable[[bytes, int], Iterator[Passage]]] = {
    ".ipynb": _notebook,
    ".xlsx": _spreadsheet,
    ".xlsm": _spreadsheet,
    ".eml": _mail,
}
