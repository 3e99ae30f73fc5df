"""Nothing personal in a log: every record of this process is redacted when it is made."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable
from types import TracebackType

from peerbook.personal import redacted

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CODE_LINE = re.compile(r"File |Cell In|Input In|\s*-*>?\s*\d+ |\s{4,}\S")


def frames(error: BaseException | type[BaseException] | None, trace: TracebackType | None) -> str:
    """Return an exception's type and the code lines it passed; never its message or values.

    What could not be imported is named: a module's name is nobody's.
    """
    kind = type(error).__name__ if isinstance(error, BaseException) else str(error)
    if isinstance(error, ImportError):
        kind += f": {error}"
    return kind + "\n" + "".join(traceback.format_tb(trace)).rstrip()


def code_lines(ipython_traceback: Iterable[str]) -> str:
    """Return the code lines of a traceback as IPython prints it, without the values."""
    lines = _COLOUR.sub("", "\n".join(ipython_traceback)).splitlines()
    return redacted("\n".join(line for line in lines if _CODE_LINE.match(line)))


def install() -> None:
    """Redact every log record of this process from here on."""
    make = logging.getLogRecordFactory()
    if getattr(make, "is_discreet", False):
        return

    def discreet(*args: object, **kwargs: object) -> logging.LogRecord:
        record: logging.LogRecord = make(*args, **kwargs)
        try:
            record.msg = redacted(record.getMessage())
        except Exception:
            record.msg = "[a log message that could not be formatted]"
        record.args = ()
        if record.exc_info:
            record.exc_text = redacted(frames(record.exc_info[1], record.exc_info[2]))
            record.exc_info = None
        return record

    discreet.is_discreet = True  # type: ignore[attr-defined] # marks our own factory
    logging.setLogRecordFactory(discreet)
