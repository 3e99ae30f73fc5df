"""What a place builds on, asked for and never guessed: it stands in each person's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields

from peerbook.data_protection.documents import document
from peerbook.data_protection.grounds import Grounds, grounds, save_grounds
from peerbook.desk import Desk
from peerbook.privacy.consent import PURPOSES, purpose_name
from peerbook.text import _
from peerbook.ui import Downloads, Form, Heading, LongTextField, Part, Prose, Submission, TextField


def grounds_parts(desk: Desk) -> list[Part]:
    """Return the form for the legal grounds, who else gets data, and whom people can ask."""
    with desk.store.read() as session:
        seen = grounds(session)

    def save(submission: Submission) -> None:
        nonlocal seen
        before = seen if submission.seen is None else _written(submission.seen)
        mine = _written(submission.values)
        with desk.store.write(desk.actor) as session:
            save_grounds(session, mine, before)
        seen = mine

    return [
        Prose(
            _(
                "What you write here stands in the file people get about themselves. peerbook "
                "cannot know it: a municipality and an association do not build on the same rules. "
                "Ask whoever looks after data protection with you."
            )
        ),
        Form(
            "grounds",
            [
                *(
                    TextField(
                        purpose,
                        _("Legal ground for “{purpose}”").format(purpose=purpose_name(purpose)),
                        max_length=300,
                    )
                    for purpose in PURPOSES
                ),
                LongTextField(
                    "recipients", _("Who else gets anything of it?"), max_length=600,
                    hint=_("For instance whoever looks after your computers. Or: nobody."),
                ),
                TextField(
                    "contact", _("Whom can people ask about their data?"), max_length=160,
                    hint=_("An address at work or a phone number, for it is handed out."),
                ),
            ],
            values=asdict(seen),
            on_submit=save,
            submit_label=_("Save what you build on"),
            drafts=desk.drafts("grounds"),
        ),
        Heading(_("Two documents to go on writing")),
        Prose(
            _(
                "peerbook writes what it knows: what is kept, who sees it, and how it is looked "
                "after here today. What only you know is marked in yellow. Both are in Danish."
            )
        ),
        Downloads(
            [
                (
                    _("Record of processing, art. 30 (.docx)"),
                    lambda: document(desk, "record_of_processing"),
                ),
                (
                    _("Impact assessment, art. 35 (.docx)"),
                    lambda: document(desk, "impact_assessment"),
                ),
            ]
        ),
    ]  # fmt: skip


def _written(values: Mapping[str, object]) -> Grounds:
    return Grounds(**{one.name: str(values.get(one.name) or "").strip() for one in fields(Grounds)})
