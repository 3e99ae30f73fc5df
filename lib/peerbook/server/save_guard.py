"""What JupyterLab asks before it saves a notebook: does it tell who somebody is?"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from tornado import web

from peerbook.errors import PeerbookError
from peerbook.personal import Names
from peerbook.privacy.notebooks import looked_through
from peerbook.privacy.scan import kind_name, names_of_all
from peerbook.store import Store
from peerbook.text import _

logger = logging.getLogger(__name__)

NAMES_SECONDS = 600
"""An open notebook is saved every other minute; the names are read once in a while."""


def names_in_store() -> Names:
    """Return the names of everybody in the store this process works with."""
    with Store.open(create=False) as store, store.read() as session:
        return names_of_all(session)


class SaveGuard:
    """Takes outputs that leak out of a notebook before it is saved, and refuses what else leaks.

    An output can be made again by running its cell; what an analyst has written cannot, so that is
    never changed: she is told where it stands, and nothing is saved until it is gone.

    Parameters
    ----------
    names
        Reads whom to look for.
    """

    def __init__(self, names: Callable[[], Names] = names_in_store) -> None:
        self._read = names
        self._names = Names(())
        self._read_at: float | None = None

    def before_saving(self, model: dict[str, Any], path: str = "", **_context: object) -> None:
        """Make a notebook fit to be saved; other files are none of its business.

        Raises
        ------
        tornado.web.HTTPError
            400 when something leaks that only the analyst can take out, or the names cannot be
            read; JupyterLab shows what it says.
        """
        content = model.get("content")
        if model.get("type") != "notebook" or not isinstance(content, Mapping):
            return
        looked = looked_through(content, self._whom())
        if looked.left:
            where, kind = looked.left[0]
            raise web.HTTPError(
                400,
                _(
                    "Nothing was saved, for there is {kind} in the notebook: {where}. Take it out, "
                    "and save again."
                ).format(kind=kind_name(kind), where=where),
            )
        if looked.taken:
            model["content"] = looked.notebook
            logger.warning(
                "%d outputs were taken out of a notebook before it was saved", looked.taken
            )

    def _whom(self) -> Names:
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > NAMES_SECONDS:
            try:
                self._names = self._read()
            except PeerbookError as error:
                raise web.HTTPError(400, str(error)) from error
            self._read_at = now
        return self._names
