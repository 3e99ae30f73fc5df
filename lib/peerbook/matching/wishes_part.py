"""Whom each wishes for, and with whom they are not to be matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import cast

from sqlalchemy.orm import Session

from peerbook.matching import matching_records
from peerbook.matching.names import VETOES, veto_name
from peerbook.matching.pool import Member
from peerbook.matching.room import Room, read_room
from peerbook.matching.wishes import MOST_NAMES, Basis, compared, named
from peerbook.people.mistakes_part import Noted, mistakes
from peerbook.people.names import before_line, role_name
from peerbook.people.participants import (
    enquired,
    last_noted,
    refuse_deleted,
    refuse_overtaken,
    stopped,
    take_back_stopped,
)
from peerbook.sites.tab import Tab, Thing
from peerbook.store import Saved, identities
from peerbook.store.tables import Veto, VetoKind
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Form,
    Heading,
    Part,
    Prose,
    RowAction,
    Status,
    Submission,
    Table,
    TextField,
    bullets,
    receipt_text,
)
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once


class Wishes(Tab):
    """The list of those who take part; it gives place to one of them."""

    def _overview_parts(self) -> list[Part]:
        room = read_room(self._desk, self._site)
        if not room.members:
            text = _(
                "Nobody takes part yet. Note on the page [Recruitment](recruitment.ipynb) that "
                "somebody wants to."
            )
            return [Prose(text), *self._stopped_parts()]
        columns = [
            Column("name", _("Name")),
            Column("role", _("Role")),
            Column("wishes", _("Wishes for")),
            Column("state", _("Today"), kind="status"),
        ]
        rows = []
        for code, name in room.everybody():
            member = room.pool[code]
            wished = [room.name(one.wished) for one in room.holding if one.wisher == code]
            rows.append({
                "code": code,
                "name": name,
                "role": role_name(member.role),
                "wishes": format_list(wished) if wished else None,
                "state": _state(member),
            })  # fmt: skip

        def open_one(row: Cells) -> str:
            self._place.open(self._one(str(row["code"])))
            return ""

        table = Table(
            columns, rows, _("Those who take part"), action=RowAction(_("Open"), open_one)
        )
        return [table, *self._stopped_parts()]

    def _stopped_parts(self) -> list[Part]:
        """Return the folded list of those who no longer take part, each with a way back."""
        with self._desk.store.read() as session:
            gone = stopped(session, self._site.id, self._desk.today)

        def known() -> list[Noted]:
            with self._desk.store.read() as session:
                names = identities.name_of(session, sorted(gone))
            what = _("No longer takes part")
            noted = [
                Noted(code, names.get(code, code), what, event.effective_on, event.seq)
                for code, event in gone.items()
            ]
            return sorted(noted, key=lambda one: (-one.on.toordinal(), one.code))

        def take_back(one: Noted) -> str:
            return self._press(
                lambda session: take_back_stopped(session, one.code, one.seq),
                _("It is taken back. {name} takes part as before.").format(name=one.name),
            )

        return mistakes(
            _("Who no longer takes part?"), _("Those who no longer take part, the latest first"),
            len(gone), known, take_back,
        )  # fmt: skip

    # -- one person ------------------------------------------------------------------------------

    def _one(self, code: str) -> Thing:
        """Return what makes the parts of somebody; it makes none once they take part no longer."""

        def parts() -> list[Part]:
            with self._desk.store.read() as session:
                seen = last_noted(session, code)
            room = read_room(self._desk, self._site)
            member = next((one for one in room.members if one.code == code), None)
            return [] if member is None else self._member_parts(room, member, seen)

        return parts

    def _member_parts(self, room: Room, member: Member, seen: int) -> list[Part]:
        code = member.code
        return [
            Heading(room.name(code)),
            Prose(f"{role_name(member.role)} · {_state(member).text}"),
            *self._holding_parts(room, code),
            *_pairs_before(room, member),
            *_earlier(room, code),
            Heading(_("Whom do they wish for?"), level=3),
            Prose(
                _(
                    "Here stand the wishes that hold. Whoever is no longer named here is no "
                    "longer wished for."
                )
            ),
            self._wish_form(room, member),
            Disclosure(_("Not to be matched with"), lambda: self._veto_parts(room, member)),
            *([self._waiting_button(member, seen)] if member.waits or member.places else []),
            Disclosure(_("No longer takes part"), lambda: self._stop_parts(room, member, seen)),
        ]

    def _save_of(
        self, submission: Submission, code: str, change: Callable[[Session], Saved]
    ) -> None:
        """Save what a form about somebody holds, and say who is no longer wished for."""
        held = _wished(read_room(self._desk, self._site), code)
        told = receipt_text(self._desk.save(submission, change))
        room = read_room(self._desk, self._site)
        if over := [room.name(one) for one in held if one not in _wished(room, code)]:
            text = _("No longer wished for: {names}.").format(names=format_list(over))
            told = f"{told} {text}"
        self._changed(told, self._one(code))

    def _wish_form(self, room: Room, member: Member) -> Form:
        others = room.of_role("mentor" if member.role == "peer" else "peer")
        ask = asks_once()

        def save(submission: Submission) -> None:
            values = submission.values
            wished = [
                str(values[f"wish_{rank}"])
                for rank in range(1, MOST_NAMES + 1)
                if values[f"wish_{rank}"]
            ]
            basis = cast(Basis, values["basis"])
            made_on = given(dt.date, values["made_on"])
            seen = submission.seen or named(room.wishes, member.code, basis, made_on)
            ask(
                lambda meant: self._save_of(
                    submission, member.code,
                    lambda session: matching_records.save_wishes(
                        session, self._site.id, member.code, wished, basis,
                        made_on=made_on, today=self._desk.today, seen=seen,
                        is_meant=tuple(wished) in meant, called=room.name,
                    ),
                )
            )  # fmt: skip

        labels = (_("First of all"), _("Then"), _("And then"))
        holding = [wish for wish in room.holding if wish.wisher == member.code]
        has_met = any(one.basis == "met" for one in holding)
        if not holding:
            has_met = bool(room.meetings.met_by(member.code) & {code for code, _name in others})
        basis: Basis = "met" if has_met else "form"
        can_be = {code for code, _name in others}
        kept = [one.wished for one in holding if one.basis == basis and one.wished in can_be]
        return Form(
            "wishes",
            [
                ChoiceField(
                    "basis", _("When did they say it?"), required=True, look="radio",
                    options=[("met", _("After having met")), ("form", _("On the form, before"))],
                ),
                *(
                    ChoiceField(f"wish_{rank}", label, options=others, required=rank == 1)
                    for rank, label in enumerate(labels, start=1)
                ),
                DateField("made_on", _("On which day?"), required=True, latest=self._desk.today),
            ],
            values={
                "basis": basis, "made_on": self._desk.today,
                **{f"wish_{rank}": code for rank, code in enumerate(kept, start=1)},
            },
            on_submit=save,
            submit_label=_("Save the wishes"),
            drafts=self._desk.drafts(
                f"wishes:{member.code}",
                check=lambda session: refuse_deleted(session, member.code),
            ),
        )  # fmt: skip

    def _holding_parts(self, room: Room, code: str) -> list[Part]:
        """Return the wishes of somebody that hold, each with a way to take it back."""
        rows = [
            {
                "name": room.name(wish.wished), "code": wish.wished,
                "how": _basis_name(wish.basis), "on": wish.made_on,
            }
            for wish in room.holding
            if wish.wisher == code
        ]  # fmt: skip
        if not rows:
            return []

        def take_back(row: Cells) -> str:
            today = self._desk.today
            return self._press(
                lambda session: matching_records.withdraw_wish(
                    session, code, str(row["code"]), today, today
                ),
                _("The wish is taken back."),
                self._one(code),
            )

        columns = [
            Column("name", _("Who")),
            Column("how", _("Said")),
            Column("on", _("When"), kind="date"),
        ]
        question = _(
            "Take this wish back? From today it counts in no proposal. That it was made still "
            "stands under “Wishes so far”."
        )
        action = RowAction(_("Take back"), take_back, confirm=question)
        return [Table(columns, rows, _("Wishes that hold"), sortable=False, action=action)]

    def _note_today(
        self,
        member: Member,
        seen: int,
        save: Callable[..., Saved],
        told: str,
        thing: Thing | None = None,
        **said: bool,
    ) -> Callable[[], str]:
        """Return what notes something of today, unless anything else was noted meanwhile."""
        ask = asks_once()

        def change(session: Session, meant: Collection[object]) -> Saved:
            today = self._desk.today
            refuse_overtaken(session, member.code, seen)
            return save(
                session, self._site.id, member.code, today, today, is_meant=today in meant, **said
            )

        def save_it(meant: Collection[object]) -> None:
            self._press(lambda session: change(session, meant), told, thing)

        def press() -> str:
            ask(save_it)
            return told

        return press

    def _waiting_button(self, member: Member, seen: int) -> Button:
        note = self._note_today(
            member, seen, matching_records.save_waiting, _("Noted."), self._one(member.code),
            waits=not member.waits,
        )  # fmt: skip

        label = _("Is ready to be matched") if member.waits else _("Would rather wait")
        return Button(label, note)

    def _stop_parts(self, room: Room, member: Member, seen: int) -> list[Part]:
        name = room.name(member.code)
        ask = asks_once()

        def change(session: Session, on: dt.date, meant: Collection[object]) -> Saved:
            refuse_overtaken(session, member.code, seen)
            return matching_records.save_stopped(
                session, self._site.id, member.code, on, self._desk.today, is_meant=on in meant
            )

        def save(submission: Submission) -> None:
            on = given(dt.date, submission.values["on"])

            def save_it(meant: Collection[object]) -> None:
                told = receipt_text(
                    self._desk.save(submission, lambda session: change(session, on, meant))
                )
                text = _("{name} no longer takes part. What is kept stays.").format(name=name)
                self._changed(f"{told} {text}")

            ask(save_it)

        form = Form(
            "stopped",
            [DateField("on", _("From which day?"), required=True, latest=self._desk.today)],
            values={"on": self._desk.today},
            on_submit=save,
            submit_label=_("Save that they no longer take part"),
        )
        with self._desk.store.read() as session:
            has_asked = enquired(session, member.code)
        return [*([Prose(_why_in_recruitment())] if has_asked else []), form]

    def _veto_parts(self, room: Room, member: Member) -> list[Part]:
        with self._desk.store.read() as session:
            mine = [
                row
                for row in matching_records.vetoes(session, self._site.id)
                if not {member.code, *member.also}.isdisjoint((row.one_code, row.other_code))
            ]
        columns = [
            Column("name", _("Who")),
            Column("why", _("Why")),
            Column("more", _("For you only")),
        ]
        rows = [
            {
                "name": room.name(_other(room, member, row)),
                "why": veto_name(row.kind),
                "more": row.reason or None,
                "one": row.one_code,
                "other": row.other_code,
                "version": row.version,
            }
            for row in mine
        ]

        def lift(row: Cells) -> str:
            return self._press(
                lambda session: matching_records.lift_veto(
                    session, str(row["one"]), str(row["other"]), int(str(row["version"]))
                ),
                _("They can be matched again."),
                self._one(member.code),
            )

        ask = asks_once()

        def save(submission: Submission) -> None:
            values = submission.values
            other = str(values["other"])
            ask(
                lambda meant: self._save_of(
                    submission, member.code,
                    lambda session: matching_records.save_veto(
                        session, member.code, other, cast(VetoKind, values["kind"]),
                        str(values["reason"]), today=self._desk.today,
                        is_meant=tuple(sorted((member.code, other))) in meant,
                    ),
                )
            )  # fmt: skip

        others = room.of_role("mentor" if member.role == "peer" else "peer")
        form = Form(
            "veto",
            [
                ChoiceField("other", _("Who?"), required=True, options=others),
                ChoiceField(
                    "kind", _("Why?"), required=True,
                    options=[(kind, veto_name(kind)) for kind in VETOES],
                ),
                TextField(
                    "reason", _("For you only"), max_length=300,
                    hint=_("Only leaders see this. It is on no list and in no proposal."),
                ),
            ],
            on_submit=save,
            submit_label=_("Do not match the two"),
        )  # fmt: skip
        if not rows:
            return [form]
        action = RowAction(_("Take back"), lift, confirm=_("Let the two be matched again?"))
        return [
            Table(columns, rows, _("Not to be matched with"), sortable=False, action=action),
            form,
        ]


def _state(member: Member) -> Status:
    if member.said_no:
        return Status(_("Has said no to taking part"), "warn")
    if member.places == 0:
        return Status(_("Matched"), "ok")
    if member.waits:
        return Status(_("Would rather wait"), "neutral")
    return Status(_("Can be matched"), "info")


def _why_in_recruitment() -> str:
    return _(
        "Did they say why, or that you may write to them in six months? Then note on the page "
        "[Recruitment](recruitment.ipynb), under “Talks”, what they have decided: that ends it too."
    )


def _wished(room: Room, code: str) -> list[str]:
    return [one.wished for one in room.holding if one.wisher == code]


def _basis_name(basis: Basis) -> str:
    return _("after having met") if basis == "met" else _("on the form")


def _other(room: Room, member: Member, row: Veto) -> str:
    """Return the code under which the other of two stands."""
    mine = row.one_code in (member.code, *member.also)
    other = row.other_code if mine else row.one_code
    return room.pool.also.get(other, other)


def _pairs_before(room: Room, member: Member) -> list[Part]:
    """Return what is told of the pairs somebody was in, the latest first."""
    known = sorted(room.pairs, key=lambda one: (one.matched_on, one.number), reverse=True)
    lines = [
        before_line(
            one.number,
            (room.name(one.peer), room.name(one.mentor)),
            (one.matched_on, one.ended_on),
            one.end or "",
        )
        for one in known
        if one.ended_on is not None and not {member.code, *member.also}.isdisjoint(one.codes)
    ]
    return [Prose(bullets(lines))] if lines else []


def _earlier(room: Room, code: str) -> list[Part]:
    """Return what somebody wished for and when, the form beside what came after meeting."""
    lines = []
    for wish in sorted(room.wishes, key=lambda one: (one.made_on, one.basis, one.rank)):
        if wish.wisher != code:
            continue
        how = _basis_name(wish.basis)
        line = _("{date}, {how}: {rank}. {name}").format(
            date=format_date(wish.made_on), how=how, rank=wish.rank,
            name=room.name(wish.wished),
        )  # fmt: skip
        if wish.withdrawn_on is not None:
            line += " " + _("(taken back on {date})").format(date=format_date(wish.withdrawn_on))
        lines.append(line)
    told: list[Part] = []
    both = next((one for one in compared(room.wishes, room.day) if one.code == code), None)
    if both is not None:
        kept = _("The wishes after meeting are the same as on the form.")
        if both.gone or both.new:
            kept = _("After meeting the wishes are not quite the same as on the form.")
        told.append(Prose(kept))
    if lines:
        told.append(Disclosure(_("Wishes so far"), [Prose(bullets(lines))]))
    return told
