"""Files are read in a process of their own, with little memory and little time.

What a stranger sent can at worst end that process: the page and its kernel go on, and the user is
told. The process gets the bytes and gives back cells as JSON, which can do nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from peerbook.errors import Fault, InputFault, Place
from peerbook.files.table import SheetRows, Table, read_table
from peerbook.text import _, current_language
from peerbook.text.words import LANGUAGE_VARIABLE

MEMORY_BYTES = 1_000_000_000
SECONDS = 30
_LENGTH_BYTES = 8


def read_apart(data: bytes) -> Table:
    """Return what stands in an .xlsx or CSV file, read in a process of its own.

    Raises
    ------
    InputFault
        As `read_table` does, or when the file takes more memory or time than any file needs.
    """
    with Reader() as reader:
        return reader.read(data)


class Reader:
    """A process that reads files, one after the other; begun anew when one of them ended it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, data: bytes) -> Table:
        """Return what stands in a file; see `read_apart`."""
        process = self._process or self._start()
        self._process = process
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.start()
        try:
            answer = _exchange(process, data)
        finally:
            timer.cancel()
        if answer is None:
            self.close()
            raise _fault(
                _("The file takes too long to read, so it was left. Save it anew, and try again.")
                if is_late.is_set()
                else _("The file is damaged. Save it anew in your spreadsheet program.")
            )
        return _table(answer)

    @property
    def pid(self) -> int:
        """Number of the process, 0 when there is none."""
        return self._process.pid if self._process else 0

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # Its own folder first: an installed package need not be found by a process of another one.
        library = str(Path(__file__).parents[2])
        environment = {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "PYTHONPATH": library,
            LANGUAGE_VARIABLE: current_language(),
            "OPENPYXL_LXML": "False",  # Python's own parser is the one the limits were tried with
        }
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )


# openpyxl takes numpy along where it finds it; reading a file needs none of it.
_PROGRAM = "import sys; sys.modules['numpy'] = None; import peerbook.files.apart as a; a.serve()"
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "USERPROFILE", "LANG")


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> Any | None:
    """Give the process a file and return its answer, None when it ended instead."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    with contextlib.suppress(OSError):
        process.stdin.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
        process.stdin.write(data)
        process.stdin.flush()
    head = process.stdout.read(_LENGTH_BYTES)
    length = int.from_bytes(head, "big")
    body = process.stdout.read(length)
    if len(head) < _LENGTH_BYTES or len(body) < length:
        return None
    return json.loads(body, object_hook=_value)


def _table(answer: dict[str, Any]) -> Table:
    if "faults" in answer:
        raise InputFault(
            [Fault(message, Place(*place)) for message, place in answer["faults"]],
        )
    sheets = tuple(
        SheetRows(title, rows, {(row, column): text for row, column, text in problems})
        for title, rows, problems in answer["sheets"]
    )
    return Table(sheets, answer["digest"], answer["encoding"], answer["separator"])


def _fault(message: str) -> InputFault:
    return InputFault.at("file", message)


# -- cells as JSON -------------------------------------------------------------------------------


def _written(value: object) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    if isinstance(value, dt.time):
        return {"time": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    raise TypeError(f"a cell holds no {type(value).__name__}")


_READ = {
    "moment": dt.datetime.fromisoformat,
    "day": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "number": Decimal,
}


def _value(found: dict[str, Any]) -> object:
    if len(found) == 1:
        ((kind, text),) = found.items()
        if kind in _READ:
            return _READ[kind](text)
    return found


# -- in the process ------------------------------------------------------------------------------


def _answer(data: bytes) -> dict[str, object]:
    try:
        table = read_table(data)
    except InputFault as fault:
        return _faults(fault)
    except MemoryError:
        return _faults(_fault(_("The file unpacks to more than there is room for.")))
    except RecursionError:
        return _faults(_fault(_("The file is damaged. Save it anew in your spreadsheet program.")))
    return {
        "sheets": [
            [
                sheet.title,
                sheet.rows,
                [[row, column, text] for (row, column), text in sheet.problems.items()],
            ]
            for sheet in table.sheets
        ],
        "digest": table.digest,
        "encoding": table.encoding,
        "separator": table.separator,
    }


def _faults(fault: InputFault) -> dict[str, object]:
    return {
        "faults": [
            [one.message, [one.place.field, one.place.sheet, one.place.row, one.place.column]]
            for one in fault.faults
        ]
    }


def _limit() -> None:
    """Take from this process what reading a file does not need; Windows has no such limits."""
    with contextlib.suppress(ImportError):
        import resource

        for what, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(what, (most, most))


def serve() -> None:
    """In the process itself: answer file after file until there are no more."""
    _limit()
    files, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := files.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        data = files.read(int.from_bytes(head, "big"))
        try:
            body = json.dumps(_answer(data), default=_written).encode()
        except MemoryError:
            body = json.dumps(
                _faults(_fault(_("The file unpacks to more than there is room for.")))
            ).encode()
        answers.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
        answers.flush()
