"""What every part of a page has in common, and the one widget that carries them to the browser.

A page is a tree of parts. To Jupyter it is a single widget, its `Surface`: that one sends the tree,
then each change of it, and hands what the browser asks to the part it is meant for. What is done
about one request goes out in one message, however much of the page it changes.

A browser may claim anything, so nothing it sends changes a part by itself: state goes from Python
to the browser only, and the other way go requests, each for one thing and each answered.
"""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import anywidget
import traitlets

from peerbook.errors import Fault, InputFault, PeerbookError, support_code
from peerbook.text import _, current_language
from peerbook.ui.assets import ASSET_NAMES, asset, loader

logger = logging.getLogger(__name__)

Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any], Sequence[memoryview]], "Answer | tuple[Answer, bytes]"]
Parts = Sequence["Part"]

# A draft may be under way from a form that has just been replaced: it is still taken in so long.
PARTING_SECONDS = 60


class Part(traitlets.HasTraits):
    """A part of a page.

    Parameters
    ----------
    part
        Which of the kit's parts the browser shows.
    texts
        The words the browser needs, in the user's language.
    inside
        The parts it holds.
    state
        Further traits of the part; the browser is told those tagged `sync`.
    """

    texts = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        part: str,
        texts: Mapping[str, str] | None = None,
        *,
        inside: Parts = (),
        **state: Any,
    ) -> None:
        self.identity = secrets.token_hex(8)
        self._part = part
        self._inside = tuple(inside)
        self._handlers: dict[str, Handler] = {}
        self._surfaces: list[Surface] = []
        self._own: Surface | None = None
        super().__init__(texts=dict(texts or {}), **state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _repr_mimebundle_(self, **options: object) -> object:
        """Show the part by itself, as the last line of a cell does."""
        if self._own is None:
            self._own = Surface(self)
        return self._own._repr_mimebundle_(**options)

    # --- what it holds ------------------------------------------------------------------------

    @property
    def inside(self) -> tuple[Part, ...]:
        """The parts it holds."""
        return self._inside

    def fill(self, inside: Parts) -> None:
        """Hold other parts instead."""
        before, self._inside = self._inside, tuple(inside)
        for surface in self._surfaces:
            surface.refill(self, before)

    def everything(self) -> Iterator[Part]:
        """Return the part and all that is in it, from outside in."""
        yield self
        for one in self._inside:
            yield from one.everything()

    # --- what the browser is told -------------------------------------------------------------

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the part and all that is in it."""
        return {
            "identity": self.identity,
            "part": self._part,
            "state": {name: getattr(self, name) for name in _told(type(self))},
            "inside": [one.spec() for one in self._inside],
        }

    def notify_change(self, change: traitlets.Bunch) -> None:
        """Tell whoever listens that a trait has changed, and the browser if it is to know."""
        super().notify_change(change)
        if change["name"] in _told(type(self)):
            self._tell({"state": {change["name"]: change["new"]}})

    def send(self, message: Mapping[str, object]) -> None:
        """Tell the browser's side of this part something that is no state."""
        self._tell({"message": message})

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let the browser hear of all that changes meanwhile at one time."""
        with ExitStack() as stack:
            for surface in self._surfaces:
                stack.enter_context(surface.at_once())
            yield

    def _tell(self, change: Mapping[str, object]) -> None:
        for surface in self._surfaces:
            surface.tell({"to": self.identity} | dict(change))

    # --- what the browser asks ----------------------------------------------------------------

    def answer_to(self, request: str, handler: Handler) -> None:
        """Let `handler` answer what the browser asks for by `request`."""
        self._handlers[request] = handler

    def answer(
        self, request: Mapping[str, Any], buffers: Sequence[memoryview]
    ) -> Answer | tuple[Answer, bytes] | None:
        """Return the answer to a request, with its bytes if it has any; None if it is not ours."""
        handler = self._handlers.get(str(request.get("do")))
        if handler is None:
            return None
        try:
            return handler(request, buffers)
        except Exception as error:  # the page's edge: whatever went wrong is told calmly
            return self._explained(error)

    def explain(self, error: Exception) -> Answer:
        """Return what the browser is told when a handler failed with `error`."""
        return {"trouble": explanation(error, type(self).__name__)}

    def _explained(self, error: Exception) -> Answer:
        try:
            return self.explain(error)
        except Exception as worse:
            return {"trouble": explanation(worse, type(self).__name__)}


_names: dict[type[Part], tuple[str, ...]] = {}


def _told(kind: type[Part]) -> tuple[str, ...]:
    """Return the traits of a kind of part that the browser is told."""
    if kind not in _names:
        _names[kind] = tuple(kind.class_trait_names(sync=True))
    return _names[kind]


class Surface(anywidget.AnyWidget):
    """The widget that shows a part, with all that is in it, in a browser.

    Parameters
    ----------
    root
        The part.
    """

    _esm = loader()

    identity = traitlets.Unicode().tag(sync=True)
    lang = traitlets.Unicode().tag(sync=True)
    tree = traitlets.Dict().tag(sync=True)

    def __init__(self, root: Part) -> None:
        self._root = root
        self._parts: dict[str, Part] = {}
        self._parting: dict[Part, float] = {}  # since when
        self._edition = 0
        self._changes: list[Mapping[str, object]] = []
        self._is_holding = False
        self._adopt(root)
        super().__init__(identity=secrets.token_hex(8), lang=current_language())
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        return repr(self._root)

    def get_state(self, key: object = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the state as a browser that asks now is to get it."""
        state = cast(dict[str, Any], super().get_state(key, drop_defaults))
        if key is None:
            state["tree"] = self._tree()
        return state

    def set_state(self, sync_data: object) -> None:
        """Do nothing: what a browser claims about a page is not believed."""

    def _tree(self) -> dict[str, object]:
        return {"edition": self._edition, "root": self._root.spec()}

    # --- changes ------------------------------------------------------------------------------

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Hold changes back until the end, and send them in one message."""
        if self._is_holding:
            yield
            return
        self._is_holding = True
        try:
            yield
        finally:
            self._is_holding = False
            self._post()

    def tell(self, change: Mapping[str, object]) -> None:
        """Send the browser a change of a part: `to` names it."""
        self._changes.append(change)
        if not self._is_holding:
            self._post()

    def refill(self, part: Part, before: Parts) -> None:
        """Follow a part that holds others than it held before."""
        for new in part.inside:
            self._adopt(new)
        self._forget_parted()
        here = set(self._root.everything())
        for one in {one for old in before for one in old.everything()} - here:
            one._surfaces.remove(self)
            self._parting[one] = time.monotonic()
        self.tell({"to": part.identity, "inside": [one.spec() for one in part.inside]})

    def _adopt(self, part: Part) -> None:
        for one in part.everything():
            if self not in one._surfaces:
                one._surfaces.append(self)
                self._parts[one.identity] = one
                self._parting.pop(one, None)

    def _forget_parted(self) -> None:
        limit = time.monotonic() - PARTING_SECONDS
        for gone in [one for one, since in self._parting.items() if since < limit]:
            del self._parting[gone], self._parts[gone.identity]

    def _post(self, answer: Answer | None = None, data: bytes | None = None) -> None:
        """Send what has changed since the last message, and the answer to a request."""
        if not self._changes and answer is None:
            return
        if self._changes:
            self._edition += 1
        message: dict[str, object] = {"edition": self._edition, "changes": self._changes}
        self._changes = []
        if answer is not None:
            message["answer"] = answer
        self.send(message, buffers=None if data is None else [data])

    # --- requests -----------------------------------------------------------------------------

    def _answer(self, _widget: object, content: object, buffers: Sequence[memoryview]) -> None:
        request = content if isinstance(content, Mapping) else {}
        self._is_holding = True  # what changes goes with the answer
        try:
            answer = self._answer_of(request, buffers)
        finally:
            self._is_holding = False
        told, data = answer if isinstance(answer, tuple) else (answer, None)
        self._post({"call": str(request.get("call"))[:64], **told}, data)

    def _answer_of(
        self, request: Mapping[str, Any], buffers: Sequence[memoryview]
    ) -> Answer | tuple[Answer, bytes]:
        if request.get("do") == "tree":
            return {"tree": self._tree()}
        if request.get("do") == "asset":
            name = request.get("name")
            return ({}, asset(name).data) if name in ASSET_NAMES else {"trouble": ""}
        part = self._parts.get(str(request.get("to")))
        answer = None if part is None else part.answer(request, buffers)
        return {"trouble": str(unreadable())} if answer is None else answer


def explanation(error: Exception, where: str) -> str:
    """Return what to tell the user of `error`, and log it when it is a fault of the program.

    The log holds the kind of error and the lines of code it passed, never a value.
    """
    if isinstance(error, PeerbookError):
        return str(error)
    code = support_code()
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    logger.error("%s in %s, code %s: %s", type(error).__name__, where, code, " > ".join(lines))
    return _(
        "Something went wrong in the program. What you wrote is still here. "
        "Try again; if it goes on, tell your support the code {code}."
    ).format(code=code)


def unreadable() -> InputFault:
    """Return the fault of a message that no page of ours sends."""
    return InputFault([Fault(_("The page sent something unreadable. Reload it and try again."))])
