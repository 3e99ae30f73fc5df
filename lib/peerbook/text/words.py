"""The user's words, from the gettext catalogue: Danish by default, English as second language.

Message ids are the English texts, so English needs no catalogue of its own.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = ("da", "en")
LANGUAGE_VARIABLE = "PEERBOOK_LANGUAGE"

_chosen: Language | None = None


def current_language() -> Language:
    """Return the language in use: the one chosen, else the environment's, else Danish."""
    if _chosen is not None:
        return _chosen
    return "en" if os.environ.get(LANGUAGE_VARIABLE) == "en" else "da"


def use_language(language: Language) -> None:
    """Use `language` from here on in this process.

    Raises
    ------
    ValueError
        When there is no catalogue for the language.
    """
    global _chosen  # noqa: PLW0603 - one process serves one visitor
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language!r}")
    _chosen = language


@contextmanager
def written_in(language: Language) -> Iterator[None]:
    """Use a language for one text only, as for paper that is Danish whoever prints it."""
    global _chosen  # noqa: PLW0603 - as above
    before = _chosen
    use_language(language)
    try:
        yield
    finally:
        _chosen = before


@lru_cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("peerbook", Path(__file__).parent / "locale", languages=[language])


def load_words() -> None:
    """Read the catalogues of all languages now rather than when the first word is asked for."""
    for language in LANGUAGES:
        _catalogue(language)


def _(message: str) -> str:
    """Return `message` in the user's language."""
    return _catalogue(current_language()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """Return `one` or `many` in the user's language, as fits the number `n`."""
    return _catalogue(current_language()).ngettext(one, many, n)
