"""What came up in group sparring, and what the next teaching day can make of it."""

from __future__ import annotations

from collections.abc import Sequence

from peerbook.course import plan_records
from peerbook.course.attendance import sparring_records
from peerbook.course.course_drafts import course_drafts
from peerbook.course.curriculum import CourseContent, load_course
from peerbook.course.schedule.coverage import next_day_suggestions, themes_for_days
from peerbook.course.schedule.plan import Item
from peerbook.desk import Desk
from peerbook.store import Receipt
from peerbook.store.tables import Course, CourseDate
from peerbook.text import _, format_list, format_number
from peerbook.ui import ChoicesField, Form, Heading, Part, Prose, Section, Submission
from peerbook.ui.answers import given


def sparring_parts(desk: Desk, course: Course, date_id: int) -> list[Part]:
    """Return a form for the themes that came up on a day; nothing when it is no group sparring.

    Nothing either as long as the day is to come.
    """
    with desk.store.read() as session:
        date = session.get_one(CourseDate, date_id)
        if date.kind != "sparring" or date.date > desk.today:
            return []
        known = sparring_records.raised_themes(session, course.id)
    content = load_course(course.template)
    titles = {theme.id: theme.title for theme in content.themes}
    sparring = Item("sparring", date.number)
    shown = set(known.get(sparring, ()))
    outcome = Section(_proposed(desk, course, content, sparring))

    def save(submission: Submission) -> Receipt:
        themes = {str(theme) for theme in given(tuple, submission.values["themes"])}
        receipt = desk.save(
            submission,
            lambda session: sparring_records.save_raised_themes(session, date_id, themes, shown),
        )
        shown.clear()
        shown.update(themes)
        outcome.show(_proposed(desk, course, content, sparring))
        return receipt

    return [
        Heading(_("What came up?")),
        Form(
            "raised_themes",
            [
                ChoicesField(
                    "themes", _("Themes that came up in the sparring"),
                    options=list(titles.items()),
                    hint=_("Only the themes: who said what stays in the room."),
                )
            ],
            values={"themes": tuple(theme for theme in titles if theme in shown)},
            on_submit=save,
            submit_label=_("Save the themes"),
            drafts=course_drafts(desk, course.id, f"raised_themes:{date_id}"),
        ),
        outcome,
    ]  # fmt: skip


def proposal_parts(
    content: CourseContent, themes: Sequence[str], day: int | None
) -> list[Part]:  # fmt: skip
    """Return what a teaching day should take up because it came up in sparring; often nothing.

    Parameters
    ----------
    themes
        Theme ids, as often as they came up; those the course no longer has are left out.
    day
        Number of the teaching day; None when none is left.
    """
    known = {theme.id for theme in content.themes}
    raised = [theme for theme in themes if theme in known]
    if not raised:
        return []
    if day is None:
        titles = format_list([content.theme(theme).title for theme in dict.fromkeys(raised)])
        text = _("No teaching day is left. Take it up in the erfa group: {themes}.")
        return [Prose(text.format(themes=titles))]
    lines = []
    for one in next_day_suggestions(content, raised, day):
        line = _("**{theme}** ({minutes} min.): {proposal}").format(
            theme=one.theme.title, minutes=format_number(one.minutes), proposal=one.proposal
        )
        if one.modules:
            fits = format_list([_("“{title}”").format(title=it.title) for it in one.modules])
            line += " " + _("Fits in with {modules}.").format(modules=fits)
        lines.append(f"- {line}")
    return [
        Heading(_("Sparring asks teaching day {n} to take up").format(n=day)),
        Prose("\n".join(lines)),
    ]


def _proposed(
    desk: Desk, course: Course, content: CourseContent, sparring: Item
) -> list[Part]:  # fmt: skip
    """Return what came up in one sparring as proposals for the teaching day after it."""
    with desk.store.read() as session:
        plan = plan_records.load_plan(session, course)
        raised = sparring_records.raised_themes(session, course.id).get(sparring, ())
    by_day = themes_for_days(plan, {sparring: raised})
    return [part for day, themes in by_day.items() for part in proposal_parts(content, themes, day)]
