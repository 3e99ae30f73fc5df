"""The frame of a page and its smaller parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import traitlets

from peerbook.errors import InputFault
from peerbook.text import _
from peerbook.text.markdown import markdown_tree
from peerbook.ui.part import Answer, Part, Parts, unreadable
from peerbook.ui.table import action_texts

T = TypeVar("T")
MakeFile = Callable[[], tuple[str, bytes, str]]
Content = Parts | Callable[[], Parts]
NoticeKind = Literal["info", "ok", "warn", "danger"]
Look = Literal["quiet", "main", "danger"]


class Page(Part):
    """A page: its parts from top to bottom.

    Parameters
    ----------
    parts
        The parts.
    lead
        A few words before them, in Markdown.
    synthetic
        Whether what is shown is invented; the page then says so at its top.
    facts
        A handful of facts about the result, which the notebook's check cell prints; or what finds
        them when they are asked for, since visitors never do.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        lead: str | None = None,
        synthetic: bool = False,
        facts: Sequence[str] | Callable[[], Sequence[str]] = (),
    ) -> None:
        self.parts = tuple(parts)
        self._facts = facts
        top: list[Part] = []
        if synthetic:
            text = _("Demonstration data: everything on this page is invented.")
            top.append(Notice("warn", text))
        if lead:
            top.append(Prose(lead))
        super().__init__("page", inside=[*top, *parts])

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts about the result."""
        return tuple(self._facts() if callable(self._facts) else self._facts)


class Columns(Part):
    """Parts side by side where there is room, below each other where there is not.

    Parameters
    ----------
    parts
        The parts.
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__("columns", inside=parts)


# --- words ----------------------------------------------------------------------------------


class Heading(Part):
    """A heading.

    Parameters
    ----------
    text
        Its words.
    level
        2 to 4; the page's title is 1.
    """

    text = traitlets.Unicode().tag(sync=True)
    level = traitlets.Int(2, min=2, max=4).tag(sync=True)

    def __init__(self, text: str, level: int = 2) -> None:
        super().__init__("heading", text=text, level=level)


class Prose(Part):
    """A text in Markdown; HTML in it is shown as it stands, pictures are left out.

    Parameters
    ----------
    markdown
        The text; what users wrote goes into it by `literal`.
    language
        Of the text, where it may be another than the page's: screen readers then say it right.
    """

    tree = traitlets.List().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)

    def __init__(self, markdown: str, *, language: str = "") -> None:
        super().__init__("prose", tree=markdown_tree(markdown), language=language)

    def update(self, markdown: str) -> None:
        """Show another text."""
        self.tree = markdown_tree(markdown)


@dataclass(frozen=True)
class Action:
    """What a button does.

    Parameters
    ----------
    label
        What it says.
    run
        What it does; a sentence returned is shown beside it.
    confirm
        A question that must be answered with yes first; none when empty.
    look
        How much it stands out.
    """

    label: str
    run: Callable[[], str | None]
    confirm: str = ""
    look: Look = "quiet"


class _Actions(Part):
    actions = traitlets.List().tag(sync=True)

    def __init__(self, part: str, actions: Sequence[Action], **state: Any) -> None:
        self._actions = tuple(actions)
        specs = [
            {"label": action.label, "confirm": action.confirm, "look": action.look}
            for action in actions
        ]
        super().__init__(part, action_texts(), actions=specs, **state)
        self.answer_to("press", self._press)

    def _press(self, request: Mapping[str, Any], _buffers: object) -> Answer | tuple[Answer, bytes]:
        action = _chosen(self._actions, request)
        return {"said": action.run() or ""}


class Notice(_Actions):
    """A message that stands out, with a mark that is told apart without colour.

    Parameters
    ----------
    kind
        How serious it is.
    text
        The message; nothing is shown while it is empty.
    actions
        Buttons under it.
    """

    kind = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __init__(self, kind: NoticeKind, text: str, actions: Sequence[Action] = ()) -> None:
        super().__init__("notice", actions, kind=kind, text=text)

    def update(self, kind: NoticeKind, text: str) -> None:
        """Show another message, which is read aloud too."""
        with self.at_once():
            self.kind = kind
            self.text = text


class Excerpt(Part):
    """A plain text that is taken along, to a mail for instance: shown as it is, copied at once.

    Parameters
    ----------
    label
        What it is.
    text
        The text.
    """

    label = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str, text: str) -> None:
        texts = {
            "copy": _("Copy the text"),
            "copied": _("Copied. Paste it into your mail."),
            "marked": _("The text is marked. Press Ctrl and C to copy it."),
        }
        super().__init__("excerpt", texts, label=label, text=text)


class Button(_Actions):
    """A button.

    Parameters
    ----------
    label, on_press, confirm, look
        As in `Action`.
    """

    def __init__(
        self,
        label: str,
        on_press: Callable[[], str | None],
        *,
        confirm: str = "",
        look: Look = "quiet",
    ) -> None:
        super().__init__("button", [Action(label, on_press, confirm, look)])


class StepByStep(Part):
    """Work that takes long, done a step at a time while somebody looks on, who may stop it.

    The browser asks for one step after the other. So the page answers to everything else between
    two of them, and nothing goes on when it has been left. What was done stays done.

    Parameters
    ----------
    label
        What the button says that begins it, or goes on with it.
    total
        How many steps there are.
    step
        Does the one with a number, the first being 0.
    rest
        Is called when all are done or somebody stops, to show what came of it; returns a sentence
        about it.
    """

    label = traitlets.Unicode().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, label: str, total: int, step: Callable[[int], None], rest: Callable[[], str]
    ) -> None:
        self._step = step
        self._rest = rest
        texts = {"stop": _("Stop here"), "counted": _("{n} of {total}")}
        super().__init__("step_by_step", texts, label=label, total=total)
        self.answer_to("step", self._next)
        self.answer_to("rest", lambda _request, _buffers: {"said": self._rest()})

    def _next(self, _request: Mapping[str, Any], _buffers: object) -> Answer:
        if self.done >= self.total:
            self.done = 0  # once more from the beginning
        self._step(self.done)
        self.done += 1
        return {"said": self._rest()} if self.done == self.total else {}


class Downloads(_Actions):
    """Buttons side by side, each of which makes a file and gives it to the user.

    Parameters
    ----------
    files
        What each button says, and what returns the file's name, its bytes and its media type.
    """

    def __init__(self, files: Sequence[tuple[str, MakeFile]]) -> None:
        self._makers = tuple(make for _label, make in files)
        super().__init__("button", [Action(label, lambda: None) for label, _make in files])

    def _press(self, request: Mapping[str, Any], _buffers: object) -> tuple[Answer, bytes]:
        name, data, media_type = _chosen(self._makers, request)()
        said = _("{name} is in your downloads.").format(name=name)
        return {"said": said, "file": {"name": name, "media_type": media_type}}, data


class Download(Downloads):
    """One such button.

    Parameters
    ----------
    label, make
        As in `Downloads`.
    """

    def __init__(self, label: str, make: MakeFile) -> None:
        super().__init__([(label, make)])


class Filter(Part, Generic[T]):
    """A choice of what the page shows.

    Parameters
    ----------
    label
        What is chosen.
    options
        Value and label of each option.
    on_change
        Is given the value chosen, and updates what depends on it.
    value
        The option to begin with; the first when None.
    look
        `select` folds the options into a list, `radio` shows them all.
    """

    label = traitlets.Unicode().tag(sync=True)
    options = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)
    look = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[T, str]],
        on_change: Callable[[T], None],
        *,
        value: T | None = None,
        look: Literal["select", "radio"] = "select",
    ) -> None:
        self._values = tuple(option for option, _label in options)
        self._on_change = on_change
        super().__init__(
            "filter",
            {"updated": _("The page shows what you chose.")},
            label=label,
            options=[text for _value, text in options],
            chosen=0 if value is None else self._values.index(value),
            look=look,
        )
        self.answer_to("choose", self._choose)

    @property
    def value(self) -> T:
        """The value chosen."""
        return self._values[self.chosen]

    @property
    def values(self) -> tuple[T, ...]:
        """The values of all options, in their order."""
        return self._values

    def relabel(self, labels: Sequence[str]) -> None:
        """Call the same options by other labels, as when one of them has been dealt with.

        Raises
        ------
        ValueError
            When there are not as many labels as options.
        """
        if len(labels) != len(self._values):
            raise ValueError("an option needs one label")
        self.options = list(labels)

    def turn_to(self, value: T) -> None:
        """Show an option as chosen without telling anybody, where the page has turned to it."""
        self.chosen = self._values.index(value)

    def _choose(self, request: Mapping[str, Any], _buffers: object) -> Answer:
        before, value = self.value, _chosen(self._values, request)
        self.turn_to(value)
        try:
            self._on_change(value)
        except Exception:
            self.turn_to(before)  # what the page shows is still about that
            raise
        return {}


# --- places ---------------------------------------------------------------------------------


class Address(Part):
    """What the page is about, in its address: a reload and the menu lead to the same.

    Parameters
    ----------
    parameters
        Of the address, with their values; an empty one is left out. Where they already stand in it,
        what else stands there stays; else that was about something else, and goes.
    """

    parameters = traitlets.Dict().tag(sync=True)

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__("address", parameters=dict(parameters))


class Section(Part):
    """A place on the page that can be filled anew; focus stays where the reader was.

    Parameters
    ----------
    parts
        What it holds first.
    """

    def __init__(self, parts: Parts = (), *, part: str = "section", **state: Any) -> None:
        super().__init__(part, inside=parts, **state)

    def show(self, parts: Parts, announce: str = "", *, take_there: bool = False) -> None:
        """Hold other parts instead.

        Parameters
        ----------
        parts
            The parts.
        announce
            Read aloud to those who do not see them.
        take_there
            Whether the reader is taken to them, because that is what was asked for.
        """
        with self.at_once():
            self.fill(parts)
            self.send({"do": "filled", "text": announce, "takeThere": take_there})


class Overview(Section):
    """A place for an overview, which gives place to one thing of it that is opened.

    The reader comes back by its button or by the browser's own, which finds what was opened again
    by a number that says nothing of it. It is empty until the overview is shown first.

    What stands beside it in the same place, as a form for another one or a choice of what is
    listed, is out of sight while something is opened, and comes back with what is typed in it.
    What is to stay in sight stands outside a `Section` around the overview.

    Parameters
    ----------
    overview
        Returns the parts of the overview, as all stands then.
    """

    opened = traitlets.Int(0).tag(sync=True)

    def __init__(self, overview: Callable[[], Parts]) -> None:
        self._overview = overview
        self._things: list[Callable[[], Parts]] = []
        super().__init__(part="overview")
        self.answer_to("turn", self._turn)

    def show_overview(self, told: str = "", hints: Parts = (), *, take_there: bool = False) -> None:
        """Show the overview.

        Parameters
        ----------
        told
            What has just been saved; the reader is taken to it.
        hints
            What is worth a look after that.
        take_there
            Whether the reader is taken there at any rate.
        """
        parts = [*_told_notice(told), *hints, *self._overview()]
        self._show(0, parts, told, take_there=bool(told) or take_there)

    def refresh(self) -> None:
        """Show the overview anew, unless nobody has looked yet or something is opened."""
        if self.inside and not self.opened:
            self.show_overview()

    def show_again(self) -> None:
        """Show the same as it is now, unless nobody has looked yet; the reader stays in place.

        What is typed in its forms and not saved yet stays in them.
        """
        if not self.opened:
            self.refresh()
            return
        try:
            parts = self._things[self.opened - 1]()
        except InputFault:  # as where nothing is left of it; whoever saved elsewhere did not ask
            parts = []
        if parts:
            with self.at_once():
                self.send({"do": "again"})
                self._show(self.opened, [self._back_button(), *parts], "", take_there=False)
        else:
            told = [Notice("info", _gone()), *self._overview()]
            self._show(0, told, _gone(), take_there=False)

    def open(self, thing: Callable[[], Parts], told: str = "") -> None:
        """Show one thing in its place; where one is open already, that is the same one anew.

        Parameters
        ----------
        thing
            Returns its parts, as all stands then; none when it is gone, and the overview is shown.
        told
            What has just been saved.
        """
        number = self.opened or len(self._things) + 1
        self._show_thing(number, thing, told)
        self._things[number - 1 :] = [thing]

    def _show_thing(self, number: int, thing: Callable[[], Parts], told: str = "") -> None:
        parts = thing()
        if not parts:
            self.show_overview(told or _gone())
            return
        shown = [self._back_button(), *_told_notice(told), *parts]
        self._show(number, shown, told, take_there=True)

    def _show(self, number: int, parts: Parts, told: str, *, take_there: bool) -> None:
        with self.at_once():
            self.opened = number
            self.show(parts, told, take_there=take_there)

    def _back_button(self) -> Button:
        return Button(_("Back to the list"), self._back)

    def _back(self) -> str:
        self.show_overview(take_there=True)
        return _("The list is shown again.")

    def _turn(self, request: Mapping[str, Any], _buffers: object) -> Answer:
        things = [None, *self._things]
        thing = _chosen(things, request)
        if thing is None:
            self.show_overview(take_there=True)
        else:
            self._show_thing(things.index(thing), thing)
        return {}


def _gone() -> str:
    return _("It is gone meanwhile. The list is shown anew.")


def _told_notice(told: str) -> list[Part]:
    return [Notice("ok", told)] if told else []


class _Opening(Part):
    """Panels of which some are open; what a panel holds may be made when it is first opened."""

    def __init__(
        self, part: str, contents: Sequence[Content], open_at: int | None, /, **state: Any
    ) -> None:
        self._unmade = {i: make for i, make in enumerate(contents) if callable(make)}
        panels = [Part("panel", inside=() if callable(one) else one) for one in contents]
        super().__init__(part, {"working": _("One moment …")}, inside=panels, **state)
        self.answer_to("open", self._open)
        if open_at is not None:
            self._make(open_at)

    def _open(self, request: Mapping[str, Any], _buffers: object) -> Answer:
        self._make(self.inside.index(_chosen(self.inside, request)))
        return {}

    def _make(self, index: int) -> None:
        if index in self._unmade:
            self.inside[index].fill(self._unmade[index]())
            del self._unmade[index]


class Disclosure(_Opening):
    """A heading that opens and closes what stands under it.

    Parameters
    ----------
    label
        The heading.
    content
        The parts, or what makes them when it is first opened.
    opened
        Whether it is open at first.
    """

    label = traitlets.Unicode().tag(sync=True)
    opened = traitlets.Bool(False).tag(sync=True)

    def __init__(self, label: str, content: Content, *, opened: bool = False) -> None:
        first = 0 if opened else None
        super().__init__("disclosure", [content], first, label=label, opened=opened)


class Tabs(_Opening):
    """Several panels of which one is shown.

    Parameters
    ----------
    panels
        Label of each, with its parts or what makes them when it is first opened.
    label
        What the tabs are about, for those who do not see them.
    first
        Position of the one that is shown to begin with.
    """

    label = traitlets.Unicode().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    first = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, panels: Sequence[tuple[str, Content]], *, label: str = "", first: int = 0
    ) -> None:
        super().__init__(
            "tabs",
            [content for _name, content in panels],
            first,
            first=first,
            label=label or _("Parts of the page"),
            labels=[name for name, _content in panels],
        )


def _chosen(options: Sequence[T], request: Mapping[str, Any]) -> T:
    """Return the option whose index a message asks for.

    Raises
    ------
    InputFault
        When there is no such option.
    """
    index = request.get("index")
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(options):
        return options[index]
    raise unreadable()
