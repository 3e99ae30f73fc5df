"""The kit's browser code: one module for all parts and one chart script, addressed by their hash.

Every widget of anywidget carries its own script. Ours carries `loader.js` only, a few lines that
import `ui.js` by its address once a page. `ui.js` is the `.js` and `.css` files beside the Python
modules, joined here; they import each other as ordinary modules, so tools and readers need no
build step.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
KIT = "ui.js"
CHARTS = "plotly-basic.min.js"
ASSET_NAMES = (KIT, CHARTS)

# In this order: each may use what stands before it.
_MODULES = ("dom", "tree", "fields", "form", "table", "chart", "history", "page", "kit")
_IMPORT = re.compile(r'^import [^;]* from "\./[a-z]+\.js";\n', re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file the browser asks for.

    Parameters
    ----------
    name
        File name in its address.
    media_type
        What it is.
    data
        Its bytes.
    version
        Start of the SHA-256 of the bytes, in hexadecimal.
    """

    name: str
    media_type: str
    data: bytes
    version: str


@cache
def asset(name: str) -> Asset:
    """Return one of `ASSET_NAMES`.

    Raises
    ------
    KeyError
        For any other name.
    """
    if name not in ASSET_NAMES:
        raise KeyError(name)
    data = _kit() if name == KIT else (FOLDER / "static" / name).read_bytes()
    return Asset(name, "text/javascript", data, hashlib.sha256(data).hexdigest()[:16])


def asset_url(name: str) -> str:
    """Return the address of an asset below the server's base URL."""
    return f"peerbook/assets/{name}?v={asset(name).version}"


@cache
def loader() -> str:
    """Return the module every widget carries: it imports the kit, or asks its kernel for it."""
    return (FOLDER / "loader.js").read_text("utf-8").replace("__KIT__", asset_url(KIT))


def _kit() -> bytes:
    css = "\n".join(
        path.read_text("utf-8") for name in _MODULES if (path := FOLDER / f"{name}.css").is_file()
    )
    constants = {"STYLE": css, "CHART_SCRIPT": asset_url(CHARTS)}
    head = "".join(f"const {name} = {json.dumps(text)};\n" for name, text in constants.items())
    modules = [_IMPORT.sub("", (FOLDER / f"{name}.js").read_text("utf-8")) for name in _MODULES]
    return "\n".join([head, *modules]).encode()
