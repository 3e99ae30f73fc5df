"""Exports of other programs: what each looks like, and how the user has matched hers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.files.intake.matching import ANY_PROGRAM, Matching, Source
from peerbook.files.table import Table
from peerbook.paths import product_folder
from peerbook.store import set_setting
from peerbook.store.tables import Setting
from peerbook.text import _

FOLDER = "mappings"
WORDS = "words"
PREFIX = "matching:"
NAME_LENGTH = 40


@cache
def _described() -> Mapping[str, Mapping[str, Any]]:
    files = (product_folder("curriculum") / FOLDER).glob("*.yaml")
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(files)}


def sources() -> dict[str, Source]:
    """Return the programs whose exports are known, by id."""
    return {
        name: Source.from_data(name, data) for name, data in _described().items() if name != WORDS
    }


def source_of(table: Table) -> Source:
    """Return the program that made a file; none in particular when it is not known."""
    return next((source for source in sources().values() if source.made(table)), ANY_PROGRAM)


def words_for(template: str) -> Mapping[str, list[str]]:
    """Return what else the columns of a template may be called, by name."""
    words: Mapping[str, list[str]] = _described()[WORDS].get(template, {})
    return words


def saved_matchings(session: Session) -> dict[str, Matching]:
    """Return the matchings that were saved, by the name they were given."""
    wanted = select(Setting).where(Setting.key.startswith(PREFIX, autoescape=True))
    return {
        row.key.removeprefix(PREFIX): Matching(**row.value)
        for row in session.scalars(wanted.order_by(Setting.key))
        if row.value is not None
    }


def save_matching(session: Session, name: str, matching: Matching) -> None:
    """Keep a matching under a name, in place of an earlier one.

    Raises
    ------
    InputFault
        When the name is empty or too long.
    """
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= NAME_LENGTH:
        raise InputFault.at(
            "name", _("Give it a name of at most {n} characters.").format(n=NAME_LENGTH)
        )
    set_setting(session, PREFIX + plain, matching.as_data())
