"""Evaluation forms and codes to print."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.course import people_records, records
from peerbook.course.evaluation_form import EvaluationForm, load_form
from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.files.paper import PAPER_LANGUAGE, paper_name
from peerbook.privacy.consent import said_no_to
from peerbook.settings import whom_to_call
from peerbook.store.codes import new_linking_codes
from peerbook.store.tables import Course, Extent, Site
from peerbook.text import _, ngettext, written_in
from peerbook.ui import Downloads, MakeFile, Notice, Part, Prose, how_easy

SPARE_CODES = 2
"""Strips more than there are people, so that whoever draws last has a choice too."""


def paper_parts(desk: Desk, course: Course, form: EvaluationForm) -> list[Part]:
    """Return what can be printed for one evaluation of a course."""

    def codes() -> tuple[str, bytes, str]:
        # Typst is needed for printing only.
        from peerbook.course.evaluation.evaluation_files import codes_bytes

        with desk.store.read() as session:
            everybody = people_records.codes(session, course.id)
            people = len(everybody - said_no_to(session, "being_measured", everybody, desk.today))
        made = new_linking_codes(people + SPARE_CODES)
        data = codes_bytes(made, course=course.title, synthetic=desk.synthetic)
        with written_in(PAPER_LANGUAGE):
            name = _("{form} codes").format(form=form.title)
        return paper_name(name, synthetic=desk.synthetic), data, media_types.PDF

    with desk.store.read() as session:
        not_asked = len(
            said_no_to(
                session, "being_measured", people_records.codes(session, course.id), desk.today
            )
        )
    text = ngettext(
        "{n} has said no to being measured. Do not ask them, and give them no strip.",
        "{n} have said no to being measured. Do not ask them, and give them no strip.",
        not_asked,
    )
    who = [Notice("info", text.format(n=not_asked))] if not_asked else []
    return [
        *who,
        Prose(
            _(
                "Those who have little energy today can take the sheet with three questions in "
                "large type. A code links the sheets of one person, and leads to nobody: it is "
                "drawn blindly, and we keep no list of who has which."
            )
        ),
        Downloads(
            [
                *_sheets(desk, form, lambda: call_on(desk, course), course.title),
                (_("Codes to hand out"), codes),
            ]
        ),
        how_easy(form.text),
    ]


def event_paper_parts(desk: Desk, site: Site) -> list[Part]:
    """Return the form to print for a café, a meeting or a common event of a site."""
    form = load_form("event")
    return [
        Prose(_("For the day itself. Nobody writes a name or a code on it.")),
        Downloads(_sheets(desk, form, lambda: whom_to_call(desk.store, site.id), site.name)),
        how_easy(form.text),
    ]


def call_on(desk: Desk, course: Course) -> str:
    """Return whom to call where a course is now; empty when it is not set."""
    with desk.store.read() as session:
        site_id = records.site_of(session, course.id)
    return whom_to_call(desk.store, site_id)


def _sheets(
    desk: Desk, form: EvaluationForm, call_there: Callable[[], str], title: str
) -> list[tuple[str, MakeFile]]:
    """Return the whole form and three questions of it, as what makes their files, by label."""

    def sheet(extent: Extent) -> tuple[str, bytes, str]:
        from peerbook.course.evaluation.evaluation_files import form_bytes

        with written_in(PAPER_LANGUAGE):
            call = call_there()
            short = _("{form} three questions").format(form=form.title)
        data = form_bytes(form, extent, course=title, whom_to_call=call, synthetic=desk.synthetic)
        name = form.title if extent == "full" else short
        return paper_name(name, synthetic=desk.synthetic), data, media_types.PDF

    return [
        (_("The whole form"), lambda: sheet("full")),
        (_("Three questions in large type"), lambda: sheet("short")),
    ]
