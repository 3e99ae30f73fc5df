"""What a place decides for itself: whom people can call, how small a group is shown, and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import cast

from peerbook.desk import Desk
from peerbook.guide import records
from peerbook.guide.accessibility import Organisation
from peerbook.guide.backup_part import backup_parts
from peerbook.guide.handover import handover_paper
from peerbook.settings import (
    LARGEST_THRESHOLD,
    cpr_purpose,
    help_number,
    raise_threshold,
    save_cpr_choice,
    save_help_number,
)
from peerbook.small_groups import SMALLEST
from peerbook.store import identities, set_setting, users
from peerbook.store.tables import Site
from peerbook.store.users import name_key
from peerbook.text import _, ngettext
from peerbook.ui import (
    Button,
    Download,
    Filter,
    FlagField,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
)


def settings_parts(
    desk: Desk, sites: Sequence[Site], chosen: Site, changed: Callable[[], None]
) -> list[Part]:
    """Return the forms for what a place decides for itself.

    Parameters
    ----------
    desk
        Where it is kept.
    sites, chosen
        All sites, and the one to begin with.
    changed
        Called when something was saved that the rest of the page tells.
    """
    mine = [
        *([] if _has_own_login(desk) else _name_parts(desk)),
        *_help_number_parts(desk, sites, chosen, changed),
    ]
    if desk.visitor.role != "leader":
        return mine
    return [
        *mine,
        *_threshold_parts(desk),
        *_organisation_parts(desk, changed),
        *_cpr_parts(desk),
        *backup_parts(desk),
        *_handover_parts(desk),
    ]


# -- who sits here ---------------------------------------------------------------------------------


def _has_own_login(desk: Desk) -> bool:
    """Return whether the user's name was written when the login was made."""
    with desk.store.read() as session:
        return bool(users.shown_name(session, desk.actor))


def _name_parts(desk: Desk) -> list[Part]:
    def save(submission: Submission) -> None:
        with desk.store.write(desk.actor) as session:
            set_setting(session, name_key(desk.actor), str(submission.values["known_as"]))

    return [
        Heading(_("What are you called?")),
        Prose(_("Your colleagues see the name beside what you save, and know whom to ask.")),
        Form(
            "known_as",
            [TextField("known_as", _("Your name at work"), required=True, max_length=60)],
            values={"known_as": desk.store.setting(name_key(desk.actor), "")},
            on_submit=save,
            submit_label=_("Save my name"),
        ),
    ]


# -- whom people can call --------------------------------------------------------------------------


def _help_number_parts(
    desk: Desk, sites: Sequence[Site], chosen: Site, changed: Callable[[], None]
) -> list[Part]:
    place = Section([_help_form(desk, chosen, changed)])
    parts: list[Part] = [
        Heading(_("Whom can people call?")),
        Prose(
            _(
                "The number stands beside the three short questions, so that nobody sits alone "
                "with something hard. Write it before you hand them out."
            )
        ),
        place,
    ]
    if len(sites) > 1:
        by_id = {site.id: site for site in sites}
        choice = Filter(
            _("Site"),
            [(site.id, site.name) for site in sites],
            lambda number: place.show([_help_form(desk, by_id[number], changed)]),
            value=chosen.id,
        )
        parts.insert(2, choice)
    return parts


def _help_form(desk: Desk, site: Site, changed: Callable[[], None]) -> Form:
    seen = help_number(desk.store, site.id)

    def save(submission: Submission) -> None:
        nonlocal seen
        before = seen if submission.seen is None else str(submission.seen["help_number"])
        mine = str(submission.values["help_number"])
        with desk.store.write(desk.actor) as session:
            save_help_number(session, site.id, mine, before)
        seen = mine
        changed()

    return Form(
        "help_number",
        [
            TextField(
                "help_number", _("Whom to call in {site}, and when").format(site=site.name),
                max_length=160,
                hint=_(
                    "For instance: Call the activity house at … on weekdays from 9 to 15. Use a "
                    "work phone, for everybody will see it."
                ),
            )
        ],
        values={"help_number": seen},
        on_submit=save,
        submit_label=_("Save the number"),
        drafts=desk.drafts(f"help_number:{site.id}"),
    )  # fmt: skip


# -- how small a group is shown --------------------------------------------------------------------


def _threshold_parts(desk: Desk) -> list[Part]:
    def save(submission: Submission) -> None:
        with desk.store.write(desk.actor) as session:
            raise_threshold(session, cast(int, submission.values["threshold"]))

    return [
        Heading(_("How small a group do you show?")),
        Prose(
            _(
                "Answers are only shown when enough people stand behind them, so that nobody can "
                "be picked out. The number is a promise to those who have answered: it can go up, "
                "but not down again."
            )
        ),
        Form(
            "threshold",
            [
                IntegerField(
                    "threshold", _("People behind every figure, at least"), required=True,
                    minimum=SMALLEST, maximum=LARGEST_THRESHOLD,
                    hint=_("It holds for all courses. On a small course, much may be hidden."),
                ),
                FlagField(
                    "agreed", _("We have agreed on this, and know that it cannot be undone"),
                    required=True,
                ),
            ],
            values={"threshold": desk.threshold()},
            on_submit=save,
            submit_label=_("Save the number of people"),
        ),
    ]  # fmt: skip


# -- who answers for it ----------------------------------------------------------------------------


def _organisation_parts(desk: Desk, changed: Callable[[], None]) -> list[Part]:
    seen = records.organisation(desk.store)

    def save(submission: Submission) -> None:
        nonlocal seen
        before = seen if submission.seen is None else _organisation(submission.seen)
        mine = _organisation(submission.values)
        with desk.store.write(desk.actor) as session:
            records.save_organisation(session, mine, before)
        seen = mine
        changed()

    return [
        Heading(_("Who answers for peerbook with you?")),
        Prose(_("This stands in the accessibility statement, which you may have to publish.")),
        Form(
            "organisation",
            [
                TextField(
                    "name", _("Municipality or association"), required=True, max_length=120
                ),
                TextField("phone", _("Phone"), required=True, max_length=40),
                TextField(
                    "contact", _("Address to write to"), required=True, max_length=120,
                    hint=_("A mail address or a web page."),
                ),
            ],
            values=asdict(seen),
            on_submit=save,
            submit_label=_("Save the organisation"),
            drafts=desk.drafts("organisation"),
        ),
    ]  # fmt: skip


def _organisation(values: object) -> Organisation:
    fields = cast("dict[str, object]", values)
    return Organisation(*(str(fields[name]) for name in ("name", "phone", "contact")))


# -- taking over -----------------------------------------------------------------------------------


def _handover_parts(desk: Desk) -> list[Part]:
    return [
        Heading(_("When somebody else takes over")),
        Prose(
            _(
                "The booklet says where data and key lie, how all is started, saved and brought "
                "back, and who leads. Nobody who takes part stands in it. Print it, write the "
                "recovery code into it by hand, and keep it locked away."
            )
        ),
        Download(
            _("Print the hand-over booklet"),
            lambda: handover_paper(desk.store, desk.today, synthetic=desk.synthetic),
        ),
    ]


# -- CPR numbers -----------------------------------------------------------------------------------


def _cpr_parts(desk: Desk) -> list[Part]:
    left = Section([])

    def save(submission: Submission) -> None:
        values = submission.values
        with desk.store.write(desk.actor) as session:
            save_cpr_choice(session, are_kept=bool(values["cpr"]), purpose=str(values["purpose"]))
        left.show(_numbers_left(desk))

    left.show(_numbers_left(desk))
    return [
        Heading(_("CPR numbers")),
        Prose(
            _(
                "peerbook manages without. Turn them on only if a law or a consent allows it: what "
                "allows it is asked for with each number."
            )
        ),
        Form(
            "cpr",
            [
                FlagField("cpr", _("CPR numbers may be saved here")),
                LongTextField(
                    "purpose", _("What are they for?"), max_length=400, rows=2,
                    hint=_("It stands where the numbers are typed in."),
                ),
            ],
            values={
                "cpr": desk.store.setting(identities.CPR_SETTING, False),
                "purpose": cpr_purpose(desk.store),
            },
            on_submit=save,
            submit_label=_("Save about CPR numbers"),
        ),
        left,
    ]  # fmt: skip


def _numbers_left(desk: Desk) -> list[Part]:
    """Return what to do about numbers that were kept before they were turned off."""
    if desk.store.setting(identities.CPR_SETTING, False):
        return []
    with desk.store.read() as session:
        n = len(identities.codes_with_cpr(session))
    if not n:
        return []
    place = Section([])

    def forget() -> str:
        with desk.store.write(desk.actor) as session:
            for code in identities.codes_with_cpr(session):
                identities.forget_cpr(session, code)
        told = _("All CPR numbers are deleted here. Backups keep them for five weeks.")
        place.show([Notice("ok", told)])
        return told

    text = ngettext(
        "CPR numbers are turned off, and {n} is still kept from before.",
        "CPR numbers are turned off, and {n} are still kept from before.",
        n,
    )
    ask = _("Delete all CPR numbers? They cannot be brought back here.")
    place.show(
        [
            Notice("warn", text.format(n=n)),
            Button(_("Delete all CPR numbers"), forget, confirm=ask, look="danger"),
        ]
    )
    return [place]
