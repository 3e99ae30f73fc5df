"""Which weekday and time suits the participants, and who would be lost with each."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pandas as pd

from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_list, format_weekday

COLUMNS = ("participant", "slot", "can")
_TIMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bkl\.?\s*(\d{1,2})(?:[.:](\d{2}))?(?!\d)",
        r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)",
        r"(?<![\d.])(\d{1,2})\.(\d{2})(?![\d.])",
        r"(?<!uge )(?<!week )(?<![\d./])(\d{1,2})()(?![\d./])",
    )
)
"""How a time of day is written, the surest first: other numbers may be a date or a week."""


@dataclass(frozen=True)
class RankedSlot:
    """One weekday and time.

    Parameters
    ----------
    slot
        What the participants were asked about, in the words of the question.
    can, lost, silent
        Codes of those who can come, those who cannot, and those who did not answer.
    """

    slot: str
    can: tuple[str, ...]
    lost: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def weekday(self) -> int | None:
        """The weekday its words begin with, Monday being 0."""
        words = self.slot.casefold()
        days = (day for day in range(7) if words.startswith(format_weekday(day).casefold()))
        return next(days, None)

    @property
    def starts_at(self) -> dt.time | None:
        """The first time of day in its words."""
        found = next(filter(None, (time.search(self.slot) for time in _TIMES)), None)
        if found is None:
            return None
        hour, minute = int(found[1]), int(found[2] or 0)
        return dt.time(hour, minute) if hour < 24 and minute < 60 else None

    @property
    def text(self) -> str:
        """Who comes and who is lost, as one sentence."""
        answered = len(self.can) + len(self.lost)
        sentence = _("{slot}: {can} of the {answered} who answered can come").format(
            slot=self.slot, can=len(self.can), answered=answered
        )
        if self.lost:
            sentence += "; " + _("lost: {codes}").format(codes=format_list(self.lost))
        return sentence + "."


def rank_slots(answers: pd.DataFrame) -> tuple[RankedSlot, ...]:
    """Return the slots, the best first, each with who would be lost.

    Most can come to the best; among equals, more may come still, having said neither yes nor no,
    and so fewest are lost; then the order asked in.

    Parameters
    ----------
    answers
        Columns `participant` (code), `slot` (text) and `can` (True, False, or missing for no
        answer); one row per participant and slot, missing rows are no answer.

    Raises
    ------
    InputFault
        With every row that cannot be used: a column or a value missing, an answer that is neither
        yes nor no, or two answers from one person to the same question.
    """
    missing = [name for name in COLUMNS if name not in answers.columns]
    if missing:
        message = _("The column “{column}” is missing.")
        raise InputFault(
            [Fault(message.format(column=name), Place(column=name)) for name in missing]
        )
    rows = answers.loc[:, list(COLUMNS)].reset_index(drop=True)
    if faults := _faults(rows):
        raise InputFault(faults)
    everybody = sorted(rows["participant"].astype(str).unique())
    ranked = [
        _ranked(str(slot), group, everybody) for slot, group in rows.groupby("slot", sort=False)
    ]
    return tuple(sorted(ranked, key=lambda slot: (-len(slot.can), len(slot.lost))))


def _ranked(slot: str, group: pd.DataFrame, everybody: list[str]) -> RankedSlot:
    said = {
        str(code): bool(can)
        for code, can in zip(group["participant"], group["can"], strict=True)
        if not pd.isna(can)
    }
    return RankedSlot(
        slot,
        tuple(code for code in everybody if said.get(code) is True),
        tuple(code for code in everybody if said.get(code) is False),
        tuple(code for code in everybody if code not in said),
    )


def _faults(rows: pd.DataFrame) -> list[Fault]:
    faults = []
    doubles = rows.duplicated(["participant", "slot"])
    for position, (code, slot, can) in enumerate(rows.itertuples(index=False, name=None)):
        row = position + 2  # under a line of headings
        for name, value in (("participant", code), ("slot", slot)):
            if not isinstance(value, str) or not value.strip():
                message = _("A value is missing. Fill in the cell or delete the row.")
                faults.append(Fault(message, Place(row=row, column=name)))
        if not pd.isna(can) and can not in (True, False):
            message = _("The answer must be yes or no, or the cell empty.")
            faults.append(Fault(message, Place(row=row, column="can")))
        if doubles.iloc[position]:
            message = _("This person has answered the same question twice. Keep one of the rows.")
            faults.append(Fault(message, Place(row=row, column="slot")))
    return faults
