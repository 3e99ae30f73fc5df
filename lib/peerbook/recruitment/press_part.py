"""Articles and broadcasts, and whether more people asked after each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from peerbook.people.names import channel_name
from peerbook.recruitment import press_records
from peerbook.recruitment.names import PRESS_KINDS, press_kind_name
from peerbook.recruitment.press_records import Item, item_name
from peerbook.recruitment.press_study import WINDOW_DAYS, Interval, Study, study
from peerbook.sites.tab import Tab
from peerbook.store import Receipt
from peerbook.store.tables import PressItem, PressKind
from peerbook.text import _, format_date, format_list, format_number, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Field,
    Form,
    Heading,
    Notice,
    Part,
    Prose,
    RowAction,
    Status,
    Submission,
    Table,
    TextField,
    bullets,
)
from peerbook.ui.answers import given
from peerbook.ui.table import Tone

_TONES: dict[str, Tone] = {"more": "ok", "fewer": "warn"}


class Press(Tab):
    """A form, the list with what can be said of each, and one of them in full."""

    def parts(self) -> list[Part]:
        """Return the list, and the form under it."""

        def save(submission: Submission) -> Receipt:
            return self._save(
                submission,
                lambda session: press_records.save_item(
                    session, self._site.id, _item(submission.values), self._desk.today
                ),
            )

        form = Form(
            "press_item", self._fields(), values={"kind": "article"}, on_submit=save,
            drafts=self._desk.drafts(f"press_item:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip
        return [*super().parts(), Disclosure(_("Write down a new one"), [form])]

    def _fields(self) -> list[Field[Any]]:
        return [
            ChoiceField(
                "kind", _("What was it?"), required=True, look="radio",
                options=[(kind, press_kind_name(kind)) for kind in PRESS_KINDS],
            ),
            TextField("outlet", _("Where did it stand?"), required=True, max_length=120),
            TextField("title", _("Headline"), max_length=200),
            DateField(
                "appeared_on", _("When did it come out?"), required=True, latest=self._desk.today
            ),
        ]  # fmt: skip

    def _studies(self) -> list[tuple[PressItem, Study, Said]]:
        today = self._desk.today
        with self._desk.store.read() as session:
            items = press_records.press_items(session, self._site.id)
            asked = press_records.asked_days(session, self._site.id)
            others = press_records.happenings(session, self._site.id)
            named = press_records.named_in(session, self._site.id)
            said = press_records.said_days(session, self._site.id)
        by_number = {one.key: one for one in others if one.key is not None}
        began_on = asked[0] if asked else today
        found = []
        for item in items:
            one = study(by_number[item.id], asked, others, began_on=began_on, today=today)
            of_kind = sum(one.first <= day <= one.last for day in said[item.kind])
            found.append((item, one, Said(item.kind, of_kind, named.get(item.id, 0))))
        return found

    def _overview_parts(self) -> list[Part]:
        found = self._studies()
        if not found:
            text = _("Nothing is written down yet. Note the next article on the day it comes out.")
            return [Prose(text)]
        columns = [
            Column("what", _("Article or broadcast")),
            Column("observed", _("Asked in four weeks"), kind="number"),
            Column("expected", _("Usual")),
            Column("verdict", _("What can be said"), kind="status"),
        ]
        rows = [
            {
                "number": item.id,
                "what": item_name(item),
                "observed": one.observed,
                "expected": _("not known")
                if one.expected is None
                else format_number(one.expected, 1),
                "verdict": Status(verdict_name(one), _TONES.get(one.verdict, "neutral")),
            }
            for item, one, _said in found
        ]

        def open_one(row: Cells) -> str:
            number = int(str(row["number"]))
            self._place.open(lambda: self._item_parts(number))
            return ""

        table = Table(
            columns, rows, _("Did more people ask afterwards?"), sortable=False,
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        return [table]

    def _item_parts(self, number: int) -> list[Part]:
        found = next((one for one in self._studies() if one[0].id == number), None)
        if found is None:
            return []
        item, one, said = found
        version = item.version

        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: press_records.correct_item(
                    session, number, _item(submission.values), self._desk.today, version
                ),
            )

        def remove() -> str:
            return self._press(
                lambda session: press_records.remove_item(session, number, version),
                _("It is removed. Those who came because of it keep their channel."),
            )

        values = {
            "kind": item.kind, "outlet": item.outlet, "title": item.title,
            "appeared_on": item.appeared_on,
        }  # fmt: skip
        form = Form(
            "press_correction", self._fields(), values=values, on_submit=save,
            submit_label=_("Save the correction"),
        )  # fmt: skip
        return [
            Heading(item_name(item)),
            *study_parts(one, said),
            Disclosure(_("Correct it"), [form]),
            Button(_("Remove it"), remove, confirm=_("Remove it from the list?"), look="danger"),
        ]


@dataclass(frozen=True)
class Said:
    """What those who asked said of where they had heard of it.

    Parameters
    ----------
    kind
        What the article or broadcast is.
    of_kind
        How many said that kind, in its weeks.
    this_one
        How many of any time named this one.
    """

    kind: PressKind
    of_kind: int
    this_one: int


def study_parts(one: Study, said: Said) -> list[Part]:
    """Return what is known of the weeks after an article or broadcast, in plain words."""
    asked = ngettext("{n} person asked", "{n} people asked", one.observed).format(n=one.observed)
    lines = [
        _("From {first} to {last}: {asked}. In the long run it would be {interval}.").format(
            first=format_date(one.first), last=format_date(one.last), asked=asked,
            interval=interval_text(one.observed_interval),
        )
    ]  # fmt: skip
    if one.expected is None:
        lines.append(
            ngettext(
                "What is usual is not known: only {n} day before it can be compared with, and it "
                "takes 56.",
                "What is usual is not known: only {n} days before it can be compared with, and it "
                "takes 56.",
                one.basis_days,
            ).format(n=one.basis_days)
        )
    else:
        lines.append(
            _("Usual in {days} days: {expected}, from {count} who asked in {basis} days.").format(
                days=WINDOW_DAYS, expected=format_number(one.expected, 1),
                count=one.basis_count, basis=one.basis_days,
            )
        )  # fmt: skip
    if one.ratio is not None and one.basis_count:
        lines.append(
            _("That is {interval} times the usual.").format(interval=interval_text(one.ratio))
        )
    if one.observed:
        text = _("{n} of them said “{channel}”. This very one is noted at {named}.")
        lines.append(
            text.format(n=said.of_kind, channel=channel_name(said.kind), named=said.this_one)
        )
    if one.others:
        listed = format_list([f"{format_date(other.day)} {other.label}" for other in one.others])
        lines.append(_("At the same time: {others}.").format(others=listed))
    kind = "ok" if one.verdict == "more" else "info"
    return [
        Notice("ok" if kind == "ok" else "info", verdict_sentence(one)),
        Prose(bullets(lines)),
        Prose(
            _(
                "The figures in between are exact intervals for small counts (Poisson), with 95 in "
                "100 certainty. Enquiries in the weeks after another article, visit or meeting are "
                "not counted as usual."
            )
        ),
    ]


def verdict_name(one: Study) -> str:
    """Return the verdict in few words, in the user's language."""
    return {
        "more": _("more than usual"),
        "fewer": _("fewer than usual"),
        "mixed": _("more, but not by this alone"),
        "cannot_tell": _("cannot tell"),
        "no_basis": _("too little before it"),
        "too_early": _("wait until {date}").format(date=format_date(one.last)),
    }[one.verdict]


def verdict_sentence(one: Study) -> str:
    """Return the verdict as a sentence, in the user's language."""
    return {
        "more": _("More people asked than usual, and nothing else is known that could explain it."),
        "fewer": _("Fewer people asked than usual."),
        "mixed": _(
            "More people asked than usual. But other things happened at the same time, so nobody "
            "can tell what it was."
        ),
        "cannot_tell": _("Nobody can tell. The numbers are too small, or like the usual ones."),
        "no_basis": _("Nobody can tell. Too little is known of what is usual."),
        "too_early": _("It is too early. Look again after {date}.").format(
            date=format_date(one.last)
        ),
    }[one.verdict]


def interval_text(interval: Interval) -> str:
    """Return an interval in words."""
    low = format_number(interval.low, 1)
    if interval.high == float("inf"):
        return _("at least {low}").format(low=low)
    return _("{low} to {high}").format(low=low, high=format_number(interval.high, 1))


def _item(values: Mapping[str, object]) -> Item:
    return Item(
        cast(PressKind, values["kind"]),
        " ".join(str(values["outlet"]).split()),
        given(dt.date, values["appeared_on"]),
        " ".join(str(values["title"]).split()),
    )
