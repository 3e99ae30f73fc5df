"""One visit to one page: the shell at once, then a fresh kernel, then the page's widgets.

The browser gets head, navigation and heading before the kernel exists. When the notebook has run,
the state of its widgets travels in the HTML itself, so the page stands before its websocket opens.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import ClassVar

import nbformat
from nbclient.exceptions import CellExecutionError
from tornado import web
from tornado.iostream import StreamClosedError
from voila.execute import VoilaExecutor

from peerbook.errors import PeerbookError, support_code
from peerbook.server.answers import Answer, speaking
from peerbook.server.assets import asset_url
from peerbook.server.discretion import code_lines, frames
from peerbook.server.entrance import Person
from peerbook.server.kernels import Kernel, NoRoom, Visit
from peerbook.server.pages import entries, entry_of
from peerbook.text import _
from peerbook.text.words import LANGUAGES
from peerbook.ui.assets import CHARTS, KIT

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PAGE_SECONDS = 60
_KEEP_ALIVE_SECONDS = 10
_LONGEST_PARAMETER = 100


def parameter_types(notebook: nbformat.NotebookNode) -> dict[str, type]:
    """Return the parameters a notebook declares in its `parameters` cell, with their types."""
    types: dict[str, type] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            for line in ast.parse(cell.source).body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    kind = {"str": str, "int": int}.get(ast.unparse(line.annotation))
                    if kind:
                        types[line.target.id] = kind
    return types


def parameters_from(arguments: Mapping[str, str], types: Mapping[str, type]) -> dict[str, object]:
    """Return the address's values for declared parameters; others are not for the notebook.

    Raises
    ------
    tornado.web.HTTPError
        400, when a value is too long or is no number where a number belongs.
    """
    values: dict[str, object] = {}
    for name in types.keys() & arguments.keys():
        text = arguments[name]
        if len(text) > _LONGEST_PARAMETER or not text.isprintable():
            raise web.HTTPError(400)
        if types[name] is int:
            if not re.fullmatch(r"-?[0-9]{1,9}", text):
                raise web.HTTPError(400)
            values[name] = int(text)
        else:
            values[name] = text
    return values


def cells_to_run(
    notebook: nbformat.NotebookNode, values: Mapping[str, object]
) -> list[nbformat.NotebookNode]:
    """Return the code cells a visitor's page needs.

    Parameters, and the address's values after them, show nothing: they run with the cell that
    follows, which spares a way to the kernel and back.
    """
    cells: list[nbformat.NotebookNode] = []
    before: list[str] = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or "check" in tags or not cell.source.strip():
            continue
        before.append(cell.source)
        if "parameters" in tags:
            before += [f"{name} = {value!r}" for name, value in sorted(values.items())]
        else:
            cells.append(nbformat.v4.new_code_cell("\n".join(before)))
            before = []
    if before:
        cells.append(nbformat.v4.new_code_cell("\n".join(before)))
    return cells


def embedded(value: object) -> str:
    """Return JSON that can stand inside a script element."""
    return json.dumps(value, separators=(",", ":"), default=str).replace("<", "\\u003c")


def widget_states(executor: VoilaExecutor) -> dict[str, object]:
    """Return the models as the host reads them; texts that many models share stand once.

    Returns
    -------
    dict
        `texts`, a list; and `models`: id to `state`, `texts` (key to index) and `buffers`.
    """
    texts: dict[str, int] = {}
    models: dict[str, object] = {}
    for model_id, state in executor.widget_state.items():
        if state.get("_model_name") in ("LayoutModel", "DescriptionStyleModel"):
            continue
        shared = {
            key: texts.setdefault(state[key], len(texts))
            for key in ("_esm", "_css")
            if isinstance(state.get(key), str)
        }
        models[model_id] = {
            "state": {key: value for key, value in state.items() if key not in shared},
            "texts": shared,
            "buffers": list(executor.widget_buffers.get(model_id, {}).values()),
        }
    return {"texts": list(texts), "models": models}


def _spoken_errors() -> set[str]:
    """Return the names of our own exceptions, whose text is meant for the user."""
    return {kind.__name__ for kind in PeerbookError.__subclasses__()} | {PeerbookError.__name__}


class VisitHandler(Answer):
    """Serves a notebook as a page, each visitor with a kernel of their own."""

    _with_charts: ClassVar[set[str]] = set()  # pages that began with charts when last opened

    def initialize(self, workbooks: Path) -> None:
        """Remember where the notebooks are."""
        self.workbooks = workbooks
        self._work: asyncio.Future[str] | None = None

    @property
    def _person(self) -> Person:
        person: Person = self.current_user
        return person

    def on_connection_close(self) -> None:
        """Stop making a page nobody waits for; its kernel ends."""
        if self._work is not None:
            self._work.cancel()

    @web.authenticated
    async def get(self, name: str) -> None:
        """Send the page."""
        path = self.workbooks / f"{name}.ipynb"
        if not path.is_file() or not path.resolve().is_relative_to(self.workbooks.resolve()):
            raise web.HTTPError(404)
        if not self.authorizer.is_authorized(self, self.current_user, "read", f"page:{name}"):
            self._refuse()
            return
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:
            self.log.error("The notebook %s cannot be read: %s", name, type(error).__name__)
            raise web.HTTPError(500) from None
        asked = {key: self.get_query_argument(key) for key in self.request.query_arguments}
        values = parameters_from(asked, parameter_types(notebook))
        self.keep_language()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        kept = {key: asked[key] for key in values}
        self.write(self._shell(name, notebook, kept))
        self._work = asyncio.ensure_future(self._rest(name, cells_to_run(notebook, values)))
        with contextlib.suppress(StreamClosedError, asyncio.CancelledError):
            await self.flush()
            while not (await asyncio.wait({self._work}, timeout=_KEEP_ALIVE_SECONDS))[0]:
                self.write("<!-- -->\n")  # a sign of life
                await self.flush()
            self.finish(self._work.result())

    def _refuse(self) -> None:
        self.set_status(403)
        with speaking(self.language):
            html = self.message_page(
                _("This page is not for your role"),
                [_("If you need it, ask a leader: they decide who may see what.")],
                {_("To the front page"): self.base_url},
            )
        self.finish(html)

    def _shell(
        self, name: str, notebook: nbformat.NotebookNode, parameters: Mapping[str, str]
    ) -> str:
        with speaking(self.language):
            groups = [
                (group, list(pages))
                for group, pages in groupby(
                    entries(self.workbooks, self._person.visitor.role), lambda each: each.group
                )
            ]
            others = [
                (language, {"da": "Dansk", "en": "English"}[language])
                for language in LANGUAGES
                if language != self.language
            ]
            return self.page(
                "shell.html",
                entry=entry_of(name, notebook),
                groups=groups,
                others=others,
                parameters=parameters,
                # Asked for now, because its cookie goes with the first bytes or not at all.
                xsrf=self.xsrf_token.decode(),
                host=asset_url(self.base_url, "host.js"),
                kit=asset_url(self.base_url, KIT),
                charts=asset_url(self.base_url, CHARTS) if name in self._with_charts else "",
                words={
                    "skip": _("Skip to the content"),
                    "pages": _("Pages"),
                    "menu": _("Menu"),
                    "account": _("My login") if self._person.account else "",
                    "logout": _("Log out"),
                    "loading": _("The page is being made ready …"),
                    "slow": _("It takes a little longer than usual. The page is on its way."),
                    "noscript": _("This page needs JavaScript. Turn it on, and reload the page."),
                    "lost": _(
                        "The connection is lost – what you write now will not be saved. "
                        "Reload the page. If that does not help, start peerbook again."
                    ),
                    "out": _("You are logged out. What you were writing is kept as a draft."),
                    "in": _("Log in again"),
                    "idle": _(
                        "Nothing has been done here for a while. In two minutes you are logged "
                        "out. Press a key or click to stay."
                    ),
                    "waiting": _("The program is working – one moment"),
                    "unknown": _("This part cannot be shown here. Open the page in JupyterLab."),
                    "failed": _("This part could not be shown."),
                    "error": _(
                        "Something went wrong just now. What you wrote is still on the page. "
                        "Try again; if it keeps happening, pass on the code {code}."
                    ),
                },
            )

    async def _rest(self, name: str, cells: list[nbformat.NotebookNode]) -> str:
        """Return the rest of the page, or what is told when it cannot be made."""
        visit = Visit(self._person.visitor, self.language, self._person.login)
        try:
            async with self.kernel_manager.for_a_page(visit) as kernel:
                # The browser opens its line to the kernel while the cells run.
                self.write(self.page("line.html", kernel=kernel))
                await self.flush()
                return await self._made(name, kernel, cells)
        except StreamClosedError:
            raise
        except NoRoom:
            with speaking(self.language):
                text = _("Too many pages are open. Close those you do not need, then try again.")
            return self._failure(name, NoRoom.__name__, text)
        except CellExecutionError as error:
            trace = code_lines(error.traceback.splitlines())
            spoken = error.evalue if error.ename in _spoken_errors() else ""
            return self._failure(name, f"{error.ename}\n{trace}", spoken)
        except Exception as error:
            # The head of the page has been sent: whatever went wrong, the visitor is told here.
            return self._failure(name, frames(error, error.__traceback__), "")

    async def _made(self, name: str, kernel: Kernel, cells: list[nbformat.NotebookNode]) -> str:
        manager = self.kernel_manager.get_kernel(kernel.id)
        notebook = nbformat.v4.new_notebook(cells=cells)
        executor = VoilaExecutor(notebook, km=manager, timeout=PAGE_SECONDS)
        executor.kc = kernel.client
        for index, cell in enumerate(cells):
            await executor.async_execute_cell(cell, index, store_history=False)
        states = embedded(widget_states(executor))
        if '"part":"chart"' in states:
            self._with_charts.add(name)
        else:
            self._with_charts.discard(name)
        return self.page(
            "rest.html",
            roots=embedded([*_shown(cells)]),
            states=states,
        )

    def _failure(self, name: str, what: str, spoken: str) -> str:
        code = support_code().upper()
        self.log.error("Error %s while the page %s was made: %s", code, name, what)
        with speaking(self.language):
            return self.page(
                "failure.html",
                title=_("The page cannot be shown"),
                text=spoken or _("Something went wrong. What was saved before is still there."),
                advice=_("Reload the page. If it keeps happening, pass on the code {code}.").format(
                    code=code
                ),
            )


def _shown(cells: Iterable[nbformat.NotebookNode]) -> Iterable[dict[str, str]]:
    """Return what the cells show, in order: a widget's `model`, or a plain `text`."""
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if WIDGET_VIEW in data:
                yield {"model": data[WIDGET_VIEW]["model_id"]}
            elif output.output_type == "stream" and output.name == "stdout":
                yield {"text": output.text}
            elif "text/plain" in data:
                yield {"text": data["text/plain"]}
