"""Pauses: they begin, the one left behind is told, and they go on again."""

from __future__ import annotations

import datetime as dt
from typing import cast

from peerbook.pathways import pause_records
from peerbook.pathways.contract import OFFERS, WHO, WHY, Contract, Offer, Pause, Who, Why
from peerbook.pathways.names import offer_name, who_name, why_name
from peerbook.pathways.opened import Opened, by_mistake
from peerbook.text import _, format_date
from peerbook.ui import (
    Button,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    Part,
    Prose,
    Submission,
    literal,
)
from peerbook.ui.answers import given, given_or_none
from peerbook.ui.asking import asks_once


def pause_form(opened: Opened) -> Form:
    """Return the form to note a pause."""
    desk, number, ask = opened.desk, opened.one.number, asks_once()

    def save(submission: Submission) -> None:
        values = submission.values
        pause = Pause(
            given(dt.date, values["since"]),
            given_or_none(dt.date, values["until"]),
            cast(Who, values["who"]),
            cast("Why | None", values["why"]),
        )
        ask(
            lambda meant: opened.note(
                submission,
                lambda session: pause_records.save_pause(
                    session, number, pause, desk.today,
                    is_meant=(pause.since, pause.until) in meant,
                ),
            )
        )  # fmt: skip

    return Form(
        "pause",
        [
            ChoiceField(
                "who", _("Who needs a pause?"), required=True, look="radio",
                options=[(who, who_name(who)) for who in WHO],
            ),
            DateField("since", _("From which day?"), required=True, latest=desk.today),
            ChoiceField(
                "why", _("Why?"), options=[(why, why_name(why)) for why in WHY],
                hint=_("Only if they want to say."),
            ),
            DateField(
                "until", _("When did they go on again?"), latest=desk.today,
                hint=_("Leave it open as long as the pause goes on."),
            ),
        ],
        values={"since": desk.today},
        on_submit=save,
        submit_label=_("Save the pause"),
    )  # fmt: skip


def told_form(opened: Opened, pause: Pause) -> list[Part]:
    """Return the form to note that the one left behind was told of the pause."""
    desk, number = opened.desk, opened.one.number
    waiting = opened.mentor if pause.who == "peer" else opened.peer

    def save(submission: Submission) -> None:
        values = submission.values
        offered = cast("tuple[Offer, ...]", given(tuple, values["offered"]))
        opened.note(
            submission,
            lambda session: pause_records.save_partner_told(
                session, number, offered, given(dt.date, values["on"]), desk.today
            ),
        )

    return [
        Prose(
            _("Call {name} the same day. Say what they can do until then.").format(
                name=literal(waiting)
            )
        ),
        Form(
            "partner_told",
            [
                ChoicesField(
                    "offered", _("What did you offer?"), required=True,
                    options=[(offer, offer_name(offer)) for offer in OFFERS],
                ),
                DateField("on", _("When did you talk?"), required=True, latest=desk.today),
            ],
            values={"on": pause.told_on or desk.today, "offered": pause.offered},
            on_submit=save,
            submit_label=_("Save that they know"),
        ),
        Prose(
            _(
                "Is somebody to stand in? Match them under “Match two who are not proposed” in "
                "[Matching](matching.ipynb), and say that both pairs go on."
            )
        ),
    ]  # fmt: skip


def resume_form(opened: Opened) -> Form:
    """Return the form to note that they go on again."""
    desk, number = opened.desk, opened.one.number

    def save(submission: Submission) -> None:
        on = given(dt.date, submission.values["on"])
        opened.note(
            submission,
            lambda session: pause_records.save_resumed(session, number, on, desk.today),
        )

    return Form(
        "resumed",
        [DateField("on", _("From which day?"), required=True, latest=desk.today)],
        values={"on": desk.today},
        on_submit=save,
        submit_label=_("Save that they go on"),
    )


def taking_back(opened: Opened, contract: Contract) -> list[Part]:
    """Return, folded, a button for each pause, telling, and going on noted by mistake."""
    number = opened.one.number

    def pause_button(pause: Pause) -> Button:
        return Button(
            _("Take back the pause from {date}").format(date=format_date(pause.since)),
            lambda: opened.press(
                lambda session: pause_records.take_back_pause(session, number, pause.since),
                _("The pause is taken back."),
            ),
            confirm=_("Was this pause noted by mistake?"),
        )

    def told_button(pause: Pause, told_on: dt.date) -> Button:
        return Button(
            _("Take back that the one who waits was told on {date}").format(
                date=format_date(told_on)
            ),
            lambda: opened.press(
                lambda session: pause_records.take_back_told(session, number, pause.since),
                _("It is taken back."),
            ),
            confirm=_("Was that noted by mistake?"),
        )

    def resumed_button(until: dt.date) -> Button:
        return Button(
            _("Take back that they went on again on {date}").format(date=format_date(until)),
            lambda: opened.press(
                lambda session: pause_records.take_back_resumed(session, number),
                _("It is taken back. The pause goes on."),
            ),
            confirm=_("Does the pause still go on?"),
        )

    buttons: list[Part] = []
    for pause in contract.pauses:
        buttons.append(pause_button(pause))
        if pause.told_on is not None:
            buttons.append(told_button(pause, pause.told_on))
        if pause.until is not None and pause == contract.pauses[-1]:
            buttons.append(resumed_button(pause.until))
    return by_mistake(buttons)
