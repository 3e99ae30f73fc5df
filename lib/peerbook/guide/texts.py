"""Every text that is handed out or read aloud, and how easy each is to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from peerbook.costs.model import Model, load_models
from peerbook.course.curriculum import CourseContent, Day, available_courses, load_course
from peerbook.course.evaluation_form import EvaluationForm, available_forms, load_form
from peerbook.course.names import kind_name
from peerbook.guide.accessibility import Organisation, advice, statement
from peerbook.guide.handbook import handbook
from peerbook.text import _
from peerbook.text.readability import Readability, lix


@dataclass(frozen=True)
class HandedOut:
    """A text somebody gets to read or hear.

    Parameters
    ----------
    place
        What it belongs to, in the user's language.
    title
        What it is called there.
    text
        Danish, in Markdown.
    """

    place: str
    title: str
    text: str

    @cached_property
    def read(self) -> Readability:
        """How easy it is to read."""
        return lix(self.text)


def handed_out() -> tuple[HandedOut, ...]:
    """Return all texts: courses, forms, models, the handbook and the accessibility statement."""
    courses = (course_texts(load_course(name)) for name in available_courses())
    forms = (form_text(load_form(name)) for name in available_forms())
    return (
        *(text for texts in courses for text in texts),
        *forms,
        *(text for model in load_models(language="da") for text in model_texts(model)),
        *(HandedOut(_("Handbook"), chapter.title, chapter.text) for chapter in handbook()),
        HandedOut(
            _("Accessibility"), _("Accessibility statement"), statement(Organisation(), None)
        ),
        HandedOut(_("Accessibility"), _("Who must have one?"), advice()),
    )


def course_texts(content: CourseContent) -> tuple[HandedOut, ...]:
    """Return every text of a course."""
    course = content.title
    purposes = "\n\n".join(purpose.text for purpose in content.purposes)
    whole = [
        HandedOut(course, _("What the course is"), content.lead),
        HandedOut(course, _("Purposes"), purposes),
        HandedOut(course, kind_name("final_assignment"), content.final_assignment),
        HandedOut(course, kind_name("erfa_group"), content.erfa_groups),
    ]
    sparring = kind_name("sparring")
    themes = [
        HandedOut(sparring, theme.title, f"{theme.text}\n\n{theme.follow_up}")
        for theme in content.themes
    ]
    parts = [HandedOut(sparring, part.title, part.text) for part in content.sparring]
    days = [text for day in content.days for text in _day_texts(day)]
    return _with_words([*whole, *days, *themes, *parts])


def form_text(form: EvaluationForm) -> HandedOut:
    """Return what an evaluation form says, from its lead to its last question."""
    return HandedOut(_("Evaluation forms"), form.title, form.text)


def model_texts(model: Model) -> tuple[HandedOut, ...]:
    """Return what is told and asked of a model of peer support; not where it was read."""
    told, logic = model.headings, model.headings.logic_model
    steps = (*logic.resources, *logic.activities, *logic.outputs, *logic.outcomes)
    asked = (f"{question.ask} {question.hint}".strip() for question in model.questions)
    parts = (
        (_("What it is"), (told.target_group, told.context, _listed(steps), told.organisation)),
        (_("What is known of its cost"),
         (model.published, told.cost_assessment, told.recommendations)),
        (_("What is asked"), (_listed(asked),)),
    )  # fmt: skip
    place = _("Model: {title}").format(title=model.title)
    return _with_words(
        HandedOut(place, title, "\n\n".join(filter(None, texts))) for title, texts in parts
    )


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _day_texts(day: Day) -> list[HandedOut]:
    place = _("Day {n}: {title}").format(n=day.number, title=day.title)
    return [
        HandedOut(place, _("Aims"), "\n\n".join(day.aims)),
        HandedOut(place, _("Handout for the mentors"), day.handout),
        HandedOut(place, _("For you who teach"), day.facilitator_notes),
        HandedOut(place, _("To try before next time"), day.before_next_time),
        *(HandedOut(place, part.title, part.text) for part in day.activities),
    ]


def _with_words(texts: Iterable[HandedOut]) -> tuple[HandedOut, ...]:
    """Return the texts that say something; breaks say nothing."""
    return tuple(text for text in texts if text.text)
