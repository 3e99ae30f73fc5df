"""Evaluation forms on paper, and codes that link the sheets of one person without a name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from peerbook.course.evaluation.waves import WAVES
from peerbook.course.evaluation_form import EvaluationForm, Item
from peerbook.files.origin import invented
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.files.pdf import pdf
from peerbook.store.tables import Extent
from peerbook.text import _, written_in

COURSE_LENGTH = 120
CODE_BOXES = 4


def form_bytes(
    form: EvaluationForm,
    extent: Extent,
    *,
    course: str = "",
    whom_to_call: str = "",
    synthetic: bool = False,
) -> bytes:
    """Return an evaluation form to print on A4: the whole form, or three questions in large type.

    Questions and answers carry the numbers that are typed when a pile of paper is entered.

    Parameters
    ----------
    form, extent
        The form, and how much of it.
    course
        Title of the course, so that piles of paper are not mixed up.
    whom_to_call
        Stands at the end.
    synthetic
        Whether it is for an invented course; the form then says so.
    """
    is_short = extent == "short"
    items = form.low_energy_items if is_short else form.items
    with written_in(PAPER_LANGUAGE):
        return pdf(
            "evaluation_short" if is_short else "evaluation_full",
            {
                "title": form.title,
                "lead": form.low_energy_lead if is_short else form.lead,
                "blocks": _blocks(items),
                "code_label": _("Own code") if form.id in WAVES else "",
                "code_hint": _("Only if you have one. Never a name or a birthday."),
                "code_boxes": CODE_BOXES,
                "course": course[:COURSE_LENGTH],
                "call": whom_to_call,
                "footer": " ".join(
                    [
                        _("{form}, version {version}.").format(
                            form=form.title, version=form.version
                        ),
                        *([invented()] if synthetic else []),
                    ]
                ),
                "page": _("Page"),
            },
        )


def _blocks(items: Sequence[Item]) -> list[dict[str, object]]:
    """Return the items in order, neighbours with the same answers under one heading."""
    numbered = list(enumerate(items, start=1))
    blocks: list[dict[str, object]] = []
    for scale, group in groupby(numbered, key=lambda pair: pair[1].scale):
        blocks.append(
            {
                "points": [
                    {"code": str(point.code), "label": point.label} for point in scale.points
                ]
                if scale is not None
                else [],
                "items": [{"number": f"{number}.", "text": item.text} for number, item in group],
            }
        )
    return blocks


def codes_bytes(codes: Sequence[str], *, course: str = "", synthetic: bool = False) -> bytes:
    """Return codes to cut out and hand out, each of them twice: for today and for next time.

    Parameters
    ----------
    codes
        As `store.codes.new_linking_codes` makes them; they are kept nowhere.
    course
        Title of the course.
    synthetic
        Whether it is an invented course; the paper then says so.
    """
    return pdf(
        "person_codes",
        {
            "title": _("Codes to hand out"),
            "lead": _(
                "Cut along the dashed lines. Let everybody draw one strip, unseen, with the same "
                "code twice. Nobody writes down who drew which."
            ),
            "now": _("Write it on the sheet today"),
            "later": _("Keep it for the next sheet"),
            "codes": list(codes),
            "course": " – ".join(
                filter(None, [course[:COURSE_LENGTH], invented() if synthetic else ""])
            ),
        },
    )
