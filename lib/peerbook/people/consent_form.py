"""The form in which it is written down what somebody says yes and no to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from peerbook.desk import Desk
from peerbook.privacy.consent import (
    PURPOSES,
    Consent,
    Purpose,
    consent_texts,
    purpose_name,
)
from peerbook.store import Receipt, identities
from peerbook.text import _, format_date
from peerbook.ui import ChoiceField, DateField, Form, Heading, Part, Prose, Submission
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once

_YES, _NO = "yes", "no"

SaveAnswers = Callable[
    [Submission, dict[Purpose, bool], dt.date, Collection[object]], Receipt | None
]


def asked_about(desk: Desk, said: Collection[Purpose] = ()) -> list[Purpose]:
    """Return what people are asked about here: CPR numbers only where they may be kept.

    Parameters
    ----------
    said
        What somebody has answered, which they can always answer otherwise.
    """
    keeps_cpr = bool(desk.store.setting(identities.CPR_SETTING, False))
    return [one for one in PURPOSES if one != "cpr_link" or keeps_cpr or one in said]


def asking_words(desk: Desk) -> list[Part]:
    """Return the words people are asked with here, one purpose after the other."""
    asked = asked_about(desk)
    return [
        part
        for one in consent_texts().purposes
        if one.purpose in asked
        for part in (Heading(one.title, level=4), Prose(one.text))
    ]


def consent_form(desk: Desk, said: Mapping[Purpose, Consent], save: SaveAnswers) -> Form:
    """Return the form for one person.

    Parameters
    ----------
    said
        What they have answered so far.
    save
        Is given the submission, the answers, the day they were said on, and what has been asked
        about.
    """
    asked, ask = asked_about(desk, said), asks_once()

    def on_submit(submission: Submission) -> Receipt | None:
        values = submission.values
        answers = {purpose: values[purpose] == _YES for purpose in asked if values[purpose]}
        receipt: Receipt | None = None

        def keep(meant: Collection[object]) -> None:
            nonlocal receipt
            receipt = save(submission, answers, given(dt.date, values["on"]), meant)

        ask(keep)
        return receipt

    return Form(
        "consent",
        [
            *(
                ChoiceField(
                    purpose, purpose_name(purpose), look="radio",
                    options=[(_YES, _("Yes")), (_NO, _("No"))],
                    hint=_answered(said.get(purpose)),
                )
                for purpose in asked
            ),
            DateField("on", _("The day they said it"), required=True),
        ],
        values={
            **{one: _YES if answer.given else _NO for one, answer in said.items()},
            "on": desk.today,
        },
        on_submit=on_submit,
        submit_label=_("Save the answers"),
    )  # fmt: skip


def _answered(answer: Consent | None) -> str:
    if answer is None:
        return _("Not asked yet. Leave it open if you did not talk about it.")
    text = _("Yes since {date}.") if answer.given else _("No since {date}.")
    return text.format(date=format_date(answer.since))
