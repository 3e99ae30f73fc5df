"""Those who asked: how it stands with each, the first talk, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final, Literal, cast

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.months import months_after
from peerbook.people.consent_form import consent_form
from peerbook.privacy.consent import Purpose, consent_texts, consents, save_answers, standings
from peerbook.recruitment import enquiry_records, talk_records
from peerbook.recruitment.checklist import coffee_talk
from peerbook.recruitment.journey_records import Asker, Standing, askers
from peerbook.recruitment.names import CHANNELS, ROLES, channel_name, wanted_role_name
from peerbook.recruitment.talk_records import (
    OUTCOMES,
    PLANNED_MINUTES,
    REASONS,
    Agreed,
    Decided,
    Held,
)
from peerbook.store import Receipt, Saved, events_of, identities, in_effect
from peerbook.store.backup import remember_taken_back
from peerbook.store.tables import Channel, CoffeeTalk, Event, Site, WantedRole
from peerbook.text import _, format_date, format_time
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    ChoicesField,
    Column,
    DateField,
    Disclosure,
    Filter,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    TimeField,
    bullets,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given, given_or_none, whole
from peerbook.ui.table import Tone

MONTHS_TO_WAIT: Final = 6
"""After so long whoever said yes to it is written to again: shared/features.md, C5."""

Group = Literal["open", "again", "joined", "all"]
_OPEN: frozenset[Standing] = frozenset({"asked", "talk_agreed", "talked"})
_TONES: dict[Standing, Tone] = {
    "asked": "warn", "talk_agreed": "info", "talked": "warn", "joined": "ok", "not_now": "neutral",
    "deselected": "neutral",
}  # fmt: skip


class People:
    """The list of those who asked; it gives place to one of them.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called after each save, so that the other parts of the page follow.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._group: Group = "open"
        self._lists = False

    def parts(self) -> list[Part]:
        """Return the choice and the list."""
        self._show_list()
        choice = Filter(_("Who?"), _groups(), self._choose, value=self._group, look="radio")
        return [choice, self._place]

    def refresh(self) -> None:
        """Show the list anew, as after an enquiry, where it is open."""
        if self._lists:
            self._show_list()

    def _choose(self, group: Group) -> None:
        self._group = group
        self._show_list()

    def _show_list(self, told: str = "") -> None:
        self._lists = True
        today = self._desk.today
        with self._desk.store.read() as session:
            people = askers(session, self._site.id, today)
        shown = [one for one in people if _is_in(one, self._group, today)]
        notice: list[Part] = [Notice("ok", told)] if told else []
        if not shown:
            nobody = {
                "open": _("Nobody waits for a talk or a decision."),
                "again": _("Nobody is to be written to again now."),
                "joined": _("Nobody has joined yet."),
                "all": _("Nobody who asked has said who they are."),
            }[self._group]
            self._place.show([*notice, Prose(nobody)], told, take_there=bool(told))
            return
        columns = [
            Column("name", _("Name")),
            Column("role", _("Wants to take part")),
            Column("standing", _("How it stands"), kind="status"),
            Column("since", _("Since"), kind="date"),
        ]
        rows = [
            {
                "code": one.code,
                "name": one.name,
                "role": wanted_role_name(one.role),
                "standing": Status(standing_name(one.standing), _TONES[one.standing]),
                "since": one.since,
            }
            for one in sorted(shown, key=lambda one: one.since)
        ]
        by_code = {one.code: one for one in shown}

        def open_one(row: Cells) -> str:
            self._show_person(by_code[str(row["code"])])
            return ""

        table = Table(
            columns, rows, _("Those who asked, whoever has waited longest first"),
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        self._place.show([*notice, table], told, take_there=bool(told))

    # -- one person ------------------------------------------------------------------------------

    def _show_person(self, one: Asker, told: str = "") -> None:
        self._lists = False
        with self._desk.store.read() as session:
            contacts = identities.contacts_of(session, [one.code]).get(one.code)
            talks = talk_records.talks(session, one.code)
            history = list(_history(session, one.code, self._desk.today))
        reach = [text for text in (contacts.phone, contacts.email) if text] if contacts else []

        def back() -> str:
            self._show_list()
            return _("The list is shown again.")

        agreed = next((talk for talk in talks if talk.state == "agreed"), None)
        latest = next((talk for talk in talks if talk.state == "held"), None)
        forms: list[Part]
        if agreed is not None:
            forms = [
                Heading(_("The talk"), level=3),
                Prose(_talk_line(agreed)),
                Disclosure(_("Move or cancel it"), lambda: self._moving(one, agreed)),
                Disclosure(_("It was held"), lambda: [self._held_form(one, agreed)]),
            ]
        elif latest is None:
            forms = [
                Heading(_("Agree on a talk over a cup of coffee"), level=3),
                self._agree_form(one),
                Disclosure(_("A talk was held already"), lambda: [self._held_form(one, None)]),
            ]
        else:
            forms = [
                Disclosure(_("The first talk"), lambda: [self._held_form(one, latest)]),
                Disclosure(_("Agree on another talk"), lambda: [self._agree_form(one)]),
            ]
        notice: list[Part] = [Notice("ok", told)] if told else []
        parts: list[Part] = [
            Button(_("Back to the list"), back),
            *notice,
            Heading(one.name),
            Prose(" · ".join([standing_name(one.standing), *map(literal, reach)])),
            Prose(bullets(history)),
            *forms,
            Heading(_("What have they decided?"), level=3),
            self._decision_form(one),
            Disclosure(
                _("What they have said yes to"), lambda: self._consent_parts(one)
            ),
        ]  # fmt: skip
        self._place.show(parts, told, take_there=True)

    def _reopen(self, code: str, told: str) -> None:
        """Show somebody as they stand now."""
        with self._desk.store.read() as session:
            people = askers(session, self._site.id, self._desk.today)
        found = next((one for one in people if one.code == code), None)
        if found is None:
            self._show_list(told)
        else:
            self._show_person(found, told)
        self._on_change()

    def _save(self, submission: Submission, code: str, change: Callable[[Session], Saved]) -> None:
        receipt = self._desk.save(submission, change)
        self._reopen(code, receipt_text(receipt))

    # -- talks -----------------------------------------------------------------------------------

    def _agree_form(self, one: Asker) -> Form:
        def save(submission: Submission) -> None:
            agreed = _agreed(submission)
            self._save(
                submission, one.code,
                lambda session: talk_records.agree_talk(
                    session, one.code, agreed, self._desk.today
                ),
            )  # fmt: skip

        return Form(
            "coffee_talk", _agreed_fields(), values={"role": one.role, "staff": 1},
            on_submit=save, submit_label=_("Save the talk"),
        )  # fmt: skip

    def _moving(self, one: Asker, talk: CoffeeTalk) -> list[Part]:
        def move(submission: Submission) -> None:
            agreed = _agreed(submission)
            self._save(
                submission, one.code,
                lambda session: talk_records.move_talk(
                    session, talk.id, agreed, self._desk.today, talk.version
                ),
            )  # fmt: skip

        def cancel() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                talk_records.cancel_talk(session, talk.id, talk.version)
            told = _("The talk is cancelled.")
            self._reopen(one.code, told)
            return told

        return [
            Form(
                "move_talk", _agreed_fields(),
                values={
                    "role": talk.role, "date": talk.date, "starts_at": talk.starts_at,
                    "place": talk.place, "staff": talk.staff,
                },
                on_submit=move, submit_label=_("Move the talk"),
            ),
            Button(_("Cancel the talk"), cancel, confirm=_("Cancel this talk?")),
        ]  # fmt: skip

    def _held_form(self, one: Asker, talk: CoffeeTalk | None) -> Form:
        checklist = coffee_talk()
        role = one.role if talk is None else talk.role
        points = checklist.of(role)
        with self._desk.store.read() as session:
            decided = enquiry_records.deciding_channel(session, one.code)

        def save(submission: Submission) -> None:
            values = submission.values
            held = Held(
                cast(WantedRole, values["role"]),
                given(dt.date, values["date"]),
                str(values["place"]),
                whole(values["staff"]) or 1,
                whole(values["minutes"]) or PLANNED_MINUTES,
                checklist.version,
                tuple(str(point) for point in given(tuple, values["ticked"])),
                str(values["goals"]),
                str(values["wishes"]),
            )
            channel = cast("Channel | None", values["decided_via"])

            def change(session: Session) -> Saved:
                enquiry_records.note_deciding_channel(session, one.code, channel)
                return talk_records.save_held_talk(
                    session, one.code, held, self._desk.today,
                    number=None if talk is None else talk.id,
                    seen_version=0 if talk is None else talk.version,
                )  # fmt: skip

            self._save(submission, one.code, change)

        values: dict[str, object] = {
            "role": role, "staff": 1, "minutes": PLANNED_MINUTES, "date": self._desk.today,
            "decided_via": decided,
        }  # fmt: skip
        if talk is not None:
            known = {point.id for point in points}
            values |= {
                "date": talk.date, "place": talk.place, "staff": talk.staff,
                "minutes": talk.minutes or PLANNED_MINUTES,
                "ticked": tuple(point for point in talk.ticked if point in known),
                "goals": talk.goals, "wishes": talk.wishes,
            }  # fmt: skip
        return Form(
            "held_talk",
            [
                DateField("date", _("When was it?"), required=True, latest=self._desk.today),
                TextField("place", _("Where?"), max_length=120),
                IntegerField("staff", _("How many staff?"), required=True, minimum=1, maximum=9),
                IntegerField(
                    "minutes", _("How long?"), required=True, minimum=1, maximum=600,
                    unit=_("minutes"),
                ),
                ChoiceField(
                    "decided_via", _("What made them come?"),
                    options=[(channel, channel_name(channel)) for channel in CHANNELS],
                    hint=_("Ask them. It tells which way of reaching people works."),
                ),
                _role_field(),
                ChoicesField(
                    "ticked", _("What did you talk about?"),
                    options=[(point.id, point.text) for point in points],
                ),
                LongTextField("goals", _("What do they want to reach?"), max_length=2000),
                LongTextField(
                    "wishes", _("What do they wish of the one they are matched with?"),
                    max_length=2000,
                    hint=_(
                        "Wishes often change once people have met. They are kept to compare with."
                    ),
                ),
            ],
            values=values,
            on_submit=save,
            submit_label=_("Save the talk"),
            drafts=self._desk.drafts(f"held_talk:{one.code}"),
        )  # fmt: skip

    # -- what came of it -------------------------------------------------------------------------

    def _decision_form(self, one: Asker) -> Form:
        def save(submission: Submission) -> None:
            values = submission.values
            on = given(dt.date, values["on"])
            outcome = cast(talk_records.Outcome, values["outcome"])
            may_write = values["may_write"] == "yes" and outcome != "joined"
            decided = Decided(
                outcome,
                on,
                cast("Literal['peer', 'mentor'] | None", values["joins_as"]),
                cast("talk_records.Reason | None", values["reason"]),
                months_after(on, MONTHS_TO_WAIT) if may_write else None,
            )
            self._save(
                submission, one.code,
                lambda session: talk_records.save_decision(
                    session, one.code, decided, self._desk.today
                ),
            )  # fmt: skip

        begin: dict[str, object] = {"on": self._desk.today}
        if one.role in ("peer", "mentor"):
            begin["joins_as"] = one.role
        return Form(
            "decision",
            [
                ChoiceField(
                    "outcome", _("What did they say?"), required=True, look="radio",
                    options=[(outcome, outcome_name(outcome)) for outcome in OUTCOMES],
                ),
                ChoiceField(
                    "joins_as", _("If they join: as what?"),
                    options=[(role, wanted_role_name(role)) for role in ("peer", "mentor")],
                ),
                ChoiceField(
                    "reason", _("If not: why?"),
                    options=[(reason, reason_name(reason)) for reason in REASONS],
                ),
                ChoiceField(
                    "may_write", _("If not: may we write in six months?"), look="radio",
                    options=[("yes", _("Yes")), ("no", _("No"))],
                ),
                DateField("on", _("When?"), required=True, latest=self._desk.today),
            ],
            values=begin,
            on_submit=save,
            submit_label=_("Save what they decided"),
        )  # fmt: skip

    def _consent_parts(self, one: Asker) -> list[Part]:
        with self._desk.store.read() as session:
            said = consents(session, one.code, self._desk.today)
            is_on_course = any(
                event.kind == "enrolled"
                for event in in_effect(events_of(session, "participant", one.code), dt.date.max)
            )
        if is_on_course:
            return [
                Prose(
                    _(
                        "They are or were on a course. Write their answers on the page "
                        "[Attendance and evaluation](course_record.ipynb), where a no takes them "
                        "off the course."
                    )
                )
            ]

        def save(
            submission: Submission, answers: dict[Purpose, bool], on: dt.date
        ) -> Receipt | None:
            def change(session: Session) -> Saved:
                saved = save_answers(session, one.code, answers, on, today=self._desk.today)
                if answers.get("cpr_link") is False:
                    identities.forget_cpr(session, one.code)
                session.flush()
                remember_taken_back(session, standings(session, [one.code]))
                return saved

            return self._desk.save(submission, change)

        words: list[Part] = []
        for purpose in consent_texts().purposes:
            words += [Heading(purpose.title, level=4), Prose(purpose.text)]
        return [
            Disclosure(_("The words they are asked with"), words),
            consent_form(self._desk, said, save),
        ]


def standing_name(standing: Standing) -> str:
    """Return how it stands with somebody, in the user's language; nobody is ever turned away."""
    return {
        "asked": _("Waits for a talk"),
        "talk_agreed": _("A talk is agreed"),
        "talked": _("Thinks about it"),
        "joined": _("Takes part"),
        "not_now": _("Not now"),
        "deselected": _("Decided not to"),
    }[standing]


def outcome_name(outcome: str) -> str:
    """Return what somebody decided, in the user's language."""
    return {
        "joined": _("Wants to take part"),
        "not_now": _("Not now"),
        "deselected": _("Does not want to"),
    }[outcome]


def reason_name(reason: str) -> str:
    """Return why somebody does not take part, or not now, in the user's language."""
    return {
        "work": _("Work or job training"),
        "education": _("School or education"),
        "family": _("Family"),
        "not_ready": _("Does not feel far enough along"),
        "health": _("Is ill or has much to bear now"),
        "other": _("Something else"),
        "not_told": _("They did not say"),
    }[reason]


def _groups() -> list[tuple[Group, str]]:
    return [
        ("open", _("Waiting")),
        ("again", _("To write to again")),
        ("joined", _("Takes part")),
        ("all", _("All")),
    ]


def _is_in(one: Asker, group: Group, today: dt.date) -> bool:
    if group == "open":
        return one.standing in _OPEN
    if group == "again":
        return one.write_on is not None and one.write_on <= today
    return group == "all" or one.standing == "joined"


def _role_field() -> ChoiceField:
    return ChoiceField(
        "role", _("How do they want to take part?"), required=True, look="radio",
        options=[(role, wanted_role_name(role)) for role in ROLES],
    )  # fmt: skip


def _agreed_fields() -> list[ChoiceField | DateField | IntegerField | TextField | TimeField]:
    return [
        DateField("date", _("When?"), required=True),
        TimeField("starts_at", _("At what time?")),
        TextField(
            "place", _("Where?"), max_length=120,
            hint=_("Best away from the psychiatry: a café or the volunteer centre."),
        ),
        IntegerField("staff", _("How many staff?"), required=True, minimum=1, maximum=9),
        _role_field(),
    ]  # fmt: skip


def _agreed(submission: Submission) -> Agreed:
    values = submission.values
    return Agreed(
        cast(WantedRole, values["role"]),
        given(dt.date, values["date"]),
        given_or_none(dt.time, values["starts_at"]),
        str(values["place"]),
        whole(values["staff"]) or 1,
    )


def _talk_line(talk: CoffeeTalk) -> str:
    when = format_date(talk.date, "long")
    if talk.starts_at is not None:
        when = _("{date} at {time}").format(date=when, time=format_time(talk.starts_at))
    return f"{when}, {literal(talk.place)}" if talk.place else when


def _history(session: Session, code: str, today: dt.date) -> Iterator[str]:
    """Yield what has happened, in order, a line each."""
    lines: list[tuple[dt.date, str]] = []
    for asked in enquiry_records.of_person(session, code):
        text = _("Asked. Heard of it through: {channel}").format(
            channel=channel_name(asked.heard_via).lower()
        )
        lines.append((asked.asked_on, f"{text}. {asked.note}" if asked.note else text))
    for talk in talk_records.talks(session, code):
        told = {
            "held": _("Talk held"),
            "agreed": _("Talk agreed"),
            "cancelled": _("Talk cancelled"),
        }
        lines.append((talk.date, told[talk.state]))
    for event in in_effect(events_of(session, "participant", code), today):
        if line := _event_line(event):
            lines.append((event.effective_on, line))
    for day, text in sorted(lines, key=lambda one: one[0]):
        yield f"{format_date(day)}: {text}"


def _event_line(event: Event) -> str:
    if event.kind == "enrolled":
        return _("On a course, as a mentor")
    if event.kind not in OUTCOMES:
        return ""
    told = outcome_name(event.kind)
    details = event.details
    if "role" in details:
        return f"{told}, {wanted_role_name(str(details['role'])).lower()}"
    if "reason" in details:
        told = f"{told}: {reason_name(str(details['reason'])).lower()}"
    if "write_on" in details:
        again = _("May be written to from {date}").format(
            date=format_date(dt.date.fromisoformat(details["write_on"]))
        )
        told = f"{told}. {again}"
    return told
