"""Deleting one person: what goes and what stays is shown first, and the code typed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from sqlalchemy.orm import Session

from peerbook.data_protection.certificate import backups_told, keep_name, name_fields, what_stays
from peerbook.data_protection.out_of_reach import out_of_reach_parts
from peerbook.data_protection.words import kind_of_data
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.privacy.deletions import delete_people, ground_name
from peerbook.privacy.erasure import held_about
from peerbook.store import Receipt, Saved
from peerbook.store.codes import read_code
from peerbook.store.tables import DeletionGround, Participant
from peerbook.text import _
from peerbook.ui import (
    ChoiceField,
    Column,
    Form,
    Notice,
    Part,
    Prose,
    Submission,
    Table,
    TextField,
)

GROUNDS: tuple[DeletionGround, ...] = ("asked", "not_needed", "mistake")
"""Why one person is deleted; whoever is due is deleted with the others who are."""


def erasure_parts(desk: Desk, code: str, done: Callable[[Receipt], None]) -> list[Part]:
    """Return what deleting a person would do, and the form that does it.

    Parameters
    ----------
    desk
        Where.
    code
        Whom.
    done
        Called with the receipt, whose record is the certificate's number.
    """
    with desk.store.read() as session:
        person = session.get(Participant, code)
        if person is None:
            return [Notice("info", _("The person is deleted already."))]
        held = held_about(session, code)
    rows = [{"what": kind_of_data(one.table), "rows": one.rows} for one in held]
    parts: list[Part] = [
        Table(
            [Column("what", _("What is deleted")), Column("rows", _("How many"), kind="number")],
            rows,
            _("This goes"),
            sortable=False,
        ),
        Prose(what_stays()),
        Prose(backups_told()),
    ]
    return [*parts, *out_of_reach_parts(desk, [code]), _form(desk, code, done)]


def _form(desk: Desk, code: str, done: Callable[[Receipt], None]) -> Form:
    def delete(submission: Submission) -> Receipt:
        values = submission.values
        if read_code(str(values["code"]), "code") != code:
            raise InputFault.at("code", _("This is another code. Write {code}.").format(code=code))

        def change(session: Session) -> Saved:
            keep_name(desk, session, values)
            made = delete_people(
                desk.store, session, [code],
                ground=cast(DeletionGround, values["ground"]), today=desk.today,
            )  # fmt: skip
            if not made:
                raise InputFault.at("code", _("The person is deleted already."))
            return Saved("deletion", made[0].id, 1)

        receipt = desk.save(submission, change)
        done(receipt)
        return receipt

    return Form(
        "delete_person",
        [
            ChoiceField(
                "ground", _("Why are they deleted?"), look="radio", required=True,
                options=[(ground, ground_name(ground)) for ground in GROUNDS],
            ),
            *name_fields(desk),
            TextField(
                "code", _("Write {code} to delete them").format(code=code), required=True,
                max_length=20, hint=_("It cannot be undone."),
            ),
        ],
        on_submit=delete,
        submit_label=_("Delete this person"),
    )  # fmt: skip
