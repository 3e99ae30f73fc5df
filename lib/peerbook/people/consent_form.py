"""The form in which it is written down what somebody says yes and no to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.people.participants import refuse_deleted
from peerbook.privacy.consent import (
    PURPOSES,
    Consent,
    Purpose,
    consent_texts,
    correct_day,
    purpose_name,
    standings,
)
from peerbook.store import Receipt, Saved, identities
from peerbook.store.backup import remember_taken_back
from peerbook.text import _, format_date
from peerbook.ui import (
    ChoiceField,
    DateField,
    Disclosure,
    Form,
    Heading,
    Part,
    Prose,
    Submission,
    receipt_text,
)
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once

_YES, _NO = "yes", "no"

Told = Callable[[str], object]
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
            _refuse_nothing_new(answers, said)
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


def _refuse_nothing_new(answers: Mapping[Purpose, bool], said: Mapping[Purpose, Consent]) -> None:
    """Refuse to give a receipt for what stands already, as when only the day was to be put right.

    Raises
    ------
    InputFault
        At `on`.
    """
    if not answers:
        raise InputFault.at("on", _("Choose yes or no where you have talked about it."))
    if all(purpose in said and said[purpose].given == yes for purpose, yes in answers.items()):
        text = _("Nothing in these answers is new, so nothing is saved. If a day was wrong, open "
                 "“{label}”.")  # fmt: skip
        raise InputFault.at("on", text.format(label=_day_label()))


def _day_label() -> str:
    return _("Was a day wrong?")


def day_parts(desk: Desk, code: str, said: Mapping[Purpose, Consent], done: Told) -> list[Part]:
    """Return the folded form to put the day of an answer right; nothing before there is one.

    Parameters
    ----------
    said
        What they have answered so far.
    done
        Shows how it stands after a save, with a sentence about it.
    """
    if not said:
        return []

    def save(submission: Submission) -> None:
        purpose = next(one for one in said if one == submission.values["purpose"])
        on = given(dt.date, submission.values["on"])

        def change(session: Session) -> Saved:
            refuse_deleted(session, code)
            saved = correct_day(
                session, code, purpose, on, today=desk.today, seen=said[purpose].since
            )
            session.flush()
            remember_taken_back(session, standings(session, [code]))
            return saved

        done(receipt_text(desk.save(submission, change)))

    form = Form(
        "consent_day",
        [
            ChoiceField(
                "purpose", _("Which answer?"), required=True,
                options=[(one, _stands(one, answer)) for one, answer in said.items()],
            ),
            DateField("on", _("The day they said it"), required=True, latest=desk.today),
        ],
        on_submit=save,
        submit_label=_("Correct the day"),
    )  # fmt: skip
    stays = Prose(_("The answer stays as it is; only its day is put right."))
    return [Disclosure(_day_label(), [stays, form])]


def _stands(purpose: Purpose, answer: Consent) -> str:
    text = _("{purpose}: yes since {date}") if answer.given else _("{purpose}: no since {date}")
    return text.format(purpose=purpose_name(purpose), date=format_date(answer.since))


def _answered(answer: Consent | None) -> str:
    if answer is None:
        return _("Not asked yet. Leave it open if you did not talk about it.")
    text = _("Yes since {date}.") if answer.given else _("No since {date}.")
    return text.format(date=format_date(answer.since))
