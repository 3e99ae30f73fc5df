"""What every part of a page has in common: its script, its words, and how it talks with Python.

A browser may claim anything, so nothing it sends changes a part by itself: state goes from Python
to the browser only, and the other way go messages, each asking for one thing and each answered.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from peerbook.errors import Fault, InputFault, PeerbookError
from peerbook.text import _, current_language
from peerbook.ui.assets import ASSET_NAMES, asset, loader

logger = logging.getLogger(__name__)

Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any], Sequence[memoryview]], "Answer | tuple[Answer, bytes]"]

_layouts: list[ipywidgets.Layout] = []
_complete: dict[type[Part], type[Part]] = {}


def shared_layout() -> ipywidgets.Layout:
    """Return one layout for all parts: ours are laid out by style sheets, and each would cost."""
    if not _layouts or _layouts[0].comm is None:
        _layouts[:] = [ipywidgets.Layout()]
    return _layouts[0]


class Part(anywidget.AnyWidget):
    """A part of a page.

    Parameters
    ----------
    part
        Which of the kit's parts the browser shows.
    texts
        The words the browser needs, in the user's language.
    state
        Further traits of the part.
    """

    _esm = loader()

    part = traitlets.Unicode().tag(sync=True)
    identity = traitlets.Unicode().tag(sync=True)
    lang = traitlets.Unicode().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)

    def __init__(self, part: str, texts: Mapping[str, str] | None = None, **state: object) -> None:
        self._handlers: dict[str, Handler] = {"asset": self._asset}
        super().__init__(
            part=part,
            identity=secrets.token_hex(8),
            lang=current_language(),
            texts=dict(texts or {}),
            layout=shared_layout(),
            **state,
        )
        self.on_msg(self._answer)

    def add_traits(self, **traits: traitlets.TraitType[Any, Any]) -> None:
        """Take on what anywidget adds, once for each kind of part: it would make a class for every
        single one, which costs more time and memory than all the rest of a small part.
        """
        kind = type(self)
        if kind not in _complete:
            super().add_traits(**traits)
            _complete[kind] = type(self)
        self.__class__ = _complete[kind]

    def set_state(self, sync_data: object) -> None:
        """Do nothing: what a browser claims about a part is not believed."""

    def answer_to(self, request: str, handler: Handler) -> None:
        """Let `handler` answer what the browser asks for by `request`."""
        self._handlers[request] = handler

    def explain(self, error: Exception) -> Answer:
        """Return what the browser is told when a handler failed with `error`."""
        return {"trouble": explanation(error, type(self).__name__)}

    def _answer(self, _widget: object, content: object, buffers: Sequence[memoryview]) -> None:
        request = content if isinstance(content, Mapping) else {}
        handler = self._handlers.get(str(request.get("do")))
        if handler is None:
            return
        try:
            answer = handler(request, buffers)
        except Exception as error:  # the page's edge: whatever went wrong is told calmly
            answer = self._explained(error)
        told, data = answer if isinstance(answer, tuple) else (answer, None)
        call = str(request.get("call"))[:64]
        self.send({"call": call, **told}, buffers=None if data is None else [data])

    def _explained(self, error: Exception) -> Answer:
        try:
            return self.explain(error)
        except Exception as worse:
            return {"trouble": explanation(worse, type(self).__name__)}

    def _asset(
        self, request: Mapping[str, Any], _buffers: Sequence[memoryview]
    ) -> Answer | tuple[Answer, bytes]:
        name = request.get("name")
        return ({}, asset(name).data) if name in ASSET_NAMES else {"trouble": ""}


def explanation(error: Exception, where: str) -> str:
    """Return what to tell the user of `error`, and log it when it is a fault of the program.

    The log holds the kind of error and the lines of code it passed, never a value.
    """
    if isinstance(error, PeerbookError):
        return str(error)
    code = secrets.token_hex(4)
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
