"""Pages to print, set by Typst from templates.

What users write reaches a template as data, never as Typst source, so nothing in it can act. The
fonts are those inside the Typst package: the page looks the same on every machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import typst

from peerbook.text import current_language

TEMPLATES = Path(__file__).parent / "templates"
MAX_TEXT = 2000
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def pdf(template_name: str, data: Mapping[str, object]) -> bytes:
    """Return a page as PDF.

    Parameters
    ----------
    template_name
        Name of a file in `templates`, without its ending.
    data
        What the template shows, as JSON knows it: text, numbers, lists and mappings. Texts are cut
        at 2000 characters and freed of control characters.

    Raises
    ------
    ValueError
        When there is no such template.
    """
    source = TEMPLATES / f"{template_name}.typ"
    if not _NAME.fullmatch(template_name) or not source.is_file():
        raise ValueError(f"no such template: {template_name!r}")
    shown = json.dumps(_clean({**data, "language": current_language()}), ensure_ascii=False)
    return bytes(
        typst.compile(
            str(source),
            root=str(TEMPLATES),
            sys_inputs={"data": shown},
            ignore_system_fonts=True,
        )
    )


def _clean(value: object) -> object:
    """Return the data with nothing in its texts that cannot be printed."""
    if isinstance(value, str):
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        # Surrogates and control characters have no glyph and no place in JSON.
        seen = "".join(sign for sign in text if sign in "\n\t\xa0" or sign.isprintable())
        return seen if len(seen) <= MAX_TEXT else seen[: MAX_TEXT - 1] + "…"
    if isinstance(value, Mapping):
        return {str(key): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
