"""The talk at the end, and how a pair ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import cast

from peerbook.pathways import contract_records, end_records, exit_records
from peerbook.pathways.exit_records import AgreedExit, HeldExit
from peerbook.pathways.names import closing_name, held_name
from peerbook.pathways.opened import Opened
from peerbook.pathways.pathway import CLOSING_LIST
from peerbook.people.names import PAIR_ENDS, end_name
from peerbook.store.tables import ExitTalk, PairEnd
from peerbook.text import _, format_date, format_time
from peerbook.ui import (
    Button,
    ChoiceField,
    ChoicesField,
    DateField,
    Disclosure,
    Form,
    LongTextField,
    Part,
    Prose,
    Submission,
    TextField,
    TimeField,
    bullets,
    literal,
)
from peerbook.ui.answers import given, given_or_none
from peerbook.ui.asking import asks_once


def exit_parts(opened: Opened) -> list[Part]:
    """Return what there is to do about the exit talk."""
    with opened.desk.store.read() as session:
        talk = exit_records.exit_talk(session, opened.one.number)
    if talk is not None and talk.state == "held":
        return [*_goals(opened), _held_form(opened, talk), _held_taken_back(opened, talk)]
    if talk is not None and talk.state == "agreed":
        return [
            Prose(_talk_line(talk)),
            *_goals(opened),
            Disclosure(held_name(is_agreed=True), lambda: [_held_form(opened, talk)]),
            Disclosure(_("Move it"), lambda: [_agree_form(opened, talk)]),
            _no_talk_button(opened, talk),
        ]
    parts: list[Part] = [
        Prose(_("Invite both. Look back at the goals, and talk about what comes next.")),
        *_goals(opened),
        _agree_form(opened, talk),
        Disclosure(held_name(is_agreed=False), lambda: [_held_form(opened, talk)]),
    ]
    return parts if talk is not None else [*parts, _no_talk_button(opened, talk)]


def _goals(opened: Opened) -> list[Part]:
    """Return what the two wanted when they talked with staff, to be looked back at."""
    with opened.desk.store.read() as session:
        row = contract_records.sheet_row(session, opened.one.number)
    told = [
        _("{name} wanted: {goal}").format(name=name, goal=goal)
        for name, goal in ((opened.peer, row.peer_goal), (opened.mentor, row.mentor_goal))
        if goal
    ]
    return [Prose(bullets(told))] if told else []


def _held_taken_back(opened: Opened, talk: ExitTalk) -> Button:
    date = format_date(talk.date)
    return Button(
        _("Take back that it was held"),
        lambda: opened.press(
            lambda session: exit_records.take_back_held(session, opened.one.number, talk.version),
            _("It is taken back. The talk is agreed for {date}.").format(date=date),
        ),
        confirm=_(
            "Was it not held? What is written of it is deleted, and the talk is agreed for {date}."
        ).format(date=date),
        look="danger",
    )


def _no_talk_button(opened: Opened, talk: ExitTalk | None) -> Button:
    return Button(
        _("There is no exit talk"),
        lambda: opened.press(
            lambda session: exit_records.cancel_exit_talk(
                session, opened.one.number, opened.desk.today, _version(talk)
            ),
            _("It is noted that there is no exit talk."),
        ),
        confirm=_("Is there to be no exit talk? It can be agreed later all the same."),
    )


def _agree_form(opened: Opened, talk: ExitTalk | None) -> Form:
    ask = asks_once()

    def save(submission: Submission) -> None:
        values = submission.values
        agreed = AgreedExit(
            given(dt.date, values["date"]),
            given_or_none(dt.time, values["starts_at"]),
            str(values["place"]),
        )
        ask(
            lambda meant: opened.save(
                submission,
                lambda session: exit_records.agree_exit_talk(
                    session, opened.one.number, agreed, opened.desk.today, _version(talk),
                    is_meant=agreed.date in meant,
                ),
            ),
        )  # fmt: skip

    was_agreed = talk is not None and talk.state == "agreed"
    return Form(
        "exit_talk",
        [
            DateField("date", _("When?"), required=True),
            TimeField("starts_at", _("At what time?")),
            TextField("place", _("Where?"), max_length=120),
        ],
        values={"date": talk.date, "starts_at": talk.starts_at, "place": talk.place}
        if talk is not None and was_agreed
        else {},
        on_submit=save,
        submit_label=_("Move the talk") if was_agreed else _("Save the talk"),
    )


def _held_form(opened: Opened, talk: ExitTalk | None) -> Form:
    desk, ask = opened.desk, asks_once()

    def save(submission: Submission) -> None:
        values = submission.values
        held = HeldExit(
            given(dt.date, values["date"]),
            str(values["place"]),
            tuple(str(point) for point in given(tuple, values["ticked"])),
            str(values["goals_reached"]),
            str(values["next_step"]),
        )
        ask(
            lambda meant: opened.save(
                submission,
                lambda session: exit_records.save_held_exit_talk(
                    session, opened.one.number, held, desk.today, _version(talk),
                    is_meant=held.date in meant,
                ),
            ),
        )  # fmt: skip

    values: dict[str, object] = {"date": desk.today}
    if talk is not None:
        values = {
            "date": min(talk.date, desk.today), "place": talk.place,
            "ticked": tuple(point for point in CLOSING_LIST if point in talk.ticked),
            "goals_reached": talk.goals_reached, "next_step": talk.next_step,
        }  # fmt: skip
    return Form(
        "held_exit_talk",
        [
            DateField("date", _("When was it?"), required=True, latest=desk.today),
            TextField("place", _("Where?"), max_length=120),
            ChoicesField(
                "ticked", _("What is done?"),
                options=[(point, closing_name(point)) for point in CLOSING_LIST],
            ),
            LongTextField("goals_reached", _("What became of the goals?"), max_length=2000),
            LongTextField(
                "next_step", _("What do they want to do now?"), max_length=2000,
                hint=_("A new pair, a turn in the café, or something else."),
            ),
        ],
        values=values,
        on_submit=save,
        submit_label=_("Save the exit talk"),
        drafts=opened.drafts("exit_talk"),
    )  # fmt: skip


def end_form(opened: Opened) -> Form:
    """Return the form to note that the two are no longer matched."""
    desk, ask = opened.desk, asks_once()

    def save(submission: Submission) -> None:
        end = cast(PairEnd, submission.values["end"])
        on = given(dt.date, submission.values["on"])
        ask(
            lambda meant: opened.note(
                submission,
                lambda session: end_records.end_pair(
                    session, opened.one.number, end, on, desk.today, is_meant=on in meant
                ),
            )
        )

    return Form(
        "pair_end",
        [
            ChoiceField(
                "end", _("How did it end?"), required=True,
                options=[(end, end_name(end)) for end in PAIR_ENDS],
                hint=_("Nobody asks whose wish it was. Either of them can end it."),
            ),
            DateField("on", _("On which day?"), required=True, latest=desk.today),
        ],
        values={"on": desk.today},
        on_submit=save,
        submit_label=_("Save that it ended"),
    )  # fmt: skip


def end_taken_back(opened: Opened) -> Button:
    """Return the button to take back an end that was noted by mistake."""
    return Button(
        _("Take back that it ended"),
        lambda: opened.press(
            lambda session: end_records.take_back_end(session, opened.one.number),
            _("It is taken back. The pair goes on."),
        ),
        confirm=_("Was the end noted by mistake?"),
    )


def match_taken_back(opened: Opened, version: int, leave: Callable[[str], str]) -> list[Part]:
    """Return the way out where two were matched by mistake; there is no pair then."""
    desk, number = opened.desk, opened.one.number

    def take_back() -> str:
        with desk.store.write(desk.actor) as session:
            end_records.take_back_match(session, number, version)
        return leave(_("It is taken back. The two are not a pair."))

    return [
        Prose(_("Take it back, and it is as if the two had never been matched.")),
        Button(
            _("Take back that they were matched"),
            take_back,
            confirm=_("Were they matched by mistake?"),
            look="danger",
        ),
    ]


def _talk_line(talk: ExitTalk) -> str:
    when = format_date(talk.date, "long")
    if talk.starts_at is not None:
        when = _("{date} at {time}").format(date=when, time=format_time(talk.starts_at))
    return f"{when}, {literal(talk.place)}" if talk.place else when


def _version(talk: ExitTalk | None) -> int:
    return 0 if talk is None else talk.version
