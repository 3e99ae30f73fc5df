"""The few ways peerbook can say no.

Every message states what happened, where, and what to do. Pages show it at the field,
the command line prints one line per fault; nothing else catches these.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


class PeerbookError(Exception):
    """Something peerbook can explain to the person in front of it."""


@dataclass(frozen=True)
class Place:
    """Where a fault sits: in a form (`field`) or in a file (`sheet`, `row`, `column`).

    Parameters
    ----------
    field
        Name of the form field, as in the form's specification.
    sheet, row, column
        Sheet name, 1-based row as the spreadsheet shows it, and column heading.
    """

    field: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what happened, where, and what to do about it.

    Parameters
    ----------
    message
        What happened and what to do, in the user's language, one or two plain sentences.
    place
        Where it happened.
    """

    message: str
    place: Place = Place()


@dataclass(frozen=True)
class Question(Fault):
    """Something odd that may be right: it is asked about, and taken when it is said again.

    Parameters
    ----------
    about
        What is odd, as whoever saves knows it again.
    """

    about: Hashable = None


class InputFault(PeerbookError):
    """What was entered cannot be used; carries every fault found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        if not faults:
            raise ValueError("an InputFault needs at least one fault")
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(fault.message for fault in self.faults))

    @classmethod
    def at(cls, field: str, message: str) -> InputFault:
        """Return a fault with one message at one form field."""
        return cls([Fault(message, Place(field=field))])

    @classmethod
    def asking(cls, field: str, message: str, about: Hashable) -> InputFault:
        """Return a fault that is a question at one form field."""
        return cls([Question(message, Place(field=field), about)])


class Conflict(PeerbookError):
    """Somebody else saved the same record first; both versions are kept for the user to choose.

    Parameters
    ----------
    message
        What happened and what to do.
    theirs, mine
        The stored values and the values that were not saved, by field name.
    """

    def __init__(
        self,
        message: str,
        theirs: dict[str, object] | None = None,
        mine: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.theirs = theirs or {}
        self.mine = mine or {}


class NotAllowed(PeerbookError):
    """Somebody's role does not reach that far; the message says who may, nothing was changed."""


class StoreUnavailable(PeerbookError):
    """The store cannot be reached or written; what the user typed stays on the page."""


def support_code() -> str:
    """Return eight letters and digits that lead from what a user was told to a line of the log.

    The first is a letter: eight digits are a phone number, which no log keeps.
    """
    return secrets.choice("abcdef") + secrets.token_hex(4)[1:]
