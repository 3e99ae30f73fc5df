"""Evaluation forms and codes to print."""

from __future__ import annotations

from peerbook.course import people_records
from peerbook.course.curriculum import EvaluationForm
from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.settings import whom_to_call
from peerbook.store.codes import new_linking_codes
from peerbook.store.tables import Course, Extent
from peerbook.text import _, written_in
from peerbook.ui import Downloads, Prose, Widget, how_easy

SPARE_CODES = 2
"""Strips more than there are people, so that whoever draws last has a choice too."""


def paper_parts(desk: Desk, course: Course, form: EvaluationForm) -> list[Widget]:
    """Return what can be printed for one evaluation of a course."""

    def sheet(extent: Extent) -> tuple[str, bytes, str]:
        # Typst is needed for printing only.
        from peerbook.course.evaluation_files import FORM_LANGUAGE, form_bytes

        with written_in(FORM_LANGUAGE):
            call = whom_to_call(desk.store, course.site_id)
        data = form_bytes(form, extent, course=course.title, whom_to_call=call)
        return f"{form.id}-{extent}.pdf", data, media_types.PDF

    def codes() -> tuple[str, bytes, str]:
        from peerbook.course.evaluation_files import codes_bytes

        with desk.store.read() as session:
            people = len(people_records.mentors(session, course.id))
        made = new_linking_codes(people + SPARE_CODES)
        return f"{form.id}-codes.pdf", codes_bytes(made, course=course.title), media_types.PDF

    return [
        Prose(
            _(
                "Those who have little energy today can take the sheet with three questions in "
                "large type. A code links the sheets of one person, and leads to nobody: it is "
                "drawn blindly, and we keep no list of who has which."
            )
        ),
        Downloads(
            [
                (_("The whole form"), lambda: sheet("full")),
                (_("Three questions in large type"), lambda: sheet("short")),
                (_("Codes to hand out"), codes),
            ]
        ),
        how_easy(form.text),
    ]
