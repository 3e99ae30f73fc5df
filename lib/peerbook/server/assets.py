"""Shared scripts and styles under one address in Voilà and JupyterLab alike.

`{base_url}peerbook/assets/<name>?v=<hash>` serves the kit's scripts (`peerbook.ui.assets`) and the
template's own: compressed once, and kept by the browser for a year, since another content has
another hash. Assets are looked up by name, never by path.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from peerbook.ui import assets as kit

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

TEMPLATE_ASSETS = Path(__file__).parent / "template" / "static"
ROUTE = r"peerbook/assets/([\w.-]+)"
_KINDS = {".js": "text/javascript", ".css": "text/css"}


@dataclass(frozen=True)
class ServedAsset:
    """One asset as it is served.

    Parameters
    ----------
    content
        Its bytes.
    packed
        The same bytes, gzipped.
    kind
        Media type.
    version
        Start of the content's SHA-256, in hexadecimal.
    """

    content: bytes
    packed: bytes
    kind: str
    version: str


@cache
def asset(name: str) -> ServedAsset | None:
    """Return the asset called `name`, or None when there is none."""
    if name in kit.ASSET_NAMES:
        found = kit.asset(name)
        return _served(found.data, found.media_type)
    for path in TEMPLATE_ASSETS.iterdir():
        if path.name == name:
            return _served(path.read_bytes(), _KINDS[path.suffix])
    return None


def _served(content: bytes, kind: str) -> ServedAsset:
    return ServedAsset(
        content,
        gzip.compress(content, 6, mtime=0),
        f"{kind}; charset=utf-8",
        hashlib.sha256(content).hexdigest()[:16],
    )


def asset_url(base_url: str, name: str) -> str:
    """Return the address of an asset, with the hash of its content.

    Raises
    ------
    FileNotFoundError
        When there is no such asset.
    """
    found = asset(name)
    if found is None:
        raise FileNotFoundError(name)
    return f"{base_url}peerbook/assets/{name}?v={found.version}"


class AssetHandler(JupyterHandler):
    """Serves the assets; they are the same for everybody and hold nothing of anybody."""

    @allow_unauthenticated
    def get(self, name: str) -> None:
        """Write the asset, compressed where the browser takes it."""
        found = asset(name)
        if found is None:
            raise web.HTTPError(404)
        body = found.content
        self.set_header("Content-Type", found.kind)
        self.set_header("Vary", "Accept-Encoding")
        if self.get_argument("v", "") == found.version:
            self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        else:
            self.set_header("Cache-Control", "no-cache")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            body = found.packed
        self.finish(body)

    head = get

    def compute_etag(self) -> str | None:
        """Return no ETag: the hash stands in the address."""
        return None


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "peerbook.server.assets"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(base + ROUTE, AssetHandler)])
