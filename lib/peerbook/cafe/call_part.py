"""Whom to call when it gets hard, beside the rota and the events, which are not all by day."""

from __future__ import annotations

from peerbook.desk import Desk
from peerbook.settings import whom_to_call
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Part, Prose, literal


def call_parts(desk: Desk, site: Site) -> list[Part]:
    """Return the number and when it is answered, in the place's own words, or where to write it."""
    if told := whom_to_call(desk.store, site.id):
        return [Prose(literal(told))]
    text = _(
        "No number is written yet that people can call when it gets hard. Write it under "
        "[help and settings](help.ipynb)."
    )
    return [Prose(text)]
