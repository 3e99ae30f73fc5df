"""Shared scripts and styles under one address in Voilà and JupyterLab alike.

`{base_url}peerbook/assets/<name>?v=<hash>` serves what stands in `peerbook/ui/static` and in the
template's own `static` folder: compressed once, and kept by the browser for a year, since another
content has another hash. Files are looked up by name in a table, so no path can leave the folders.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

import peerbook.ui

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

FOLDERS = (
    Path(peerbook.ui.__file__).parent / "static",
    Path(__file__).parent / "template" / "static",
)
ROUTE = r"peerbook/assets/([\w.-]+)"
_PACKED = {".js", ".css", ".svg", ".json"}


@dataclass(frozen=True)
class Asset:
    """One file as it is served.

    Parameters
    ----------
    content
        The bytes of the file.
    packed
        The same bytes, gzipped; None where that saves nothing.
    kind
        Media type.
    version
        Start of the content's SHA-256, in hexadecimal.
    """

    content: bytes
    packed: bytes | None
    kind: str
    version: str


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int) -> Asset:  # noqa: ARG001 - part of the cache's key
    content = path.read_bytes()
    packed = gzip.compress(content, 6, mtime=0) if path.suffix in _PACKED else None
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    return Asset(
        content,
        packed,
        f"{kind or 'application/octet-stream'}; charset=utf-8",
        hashlib.sha256(content).hexdigest()[:16],
    )


def asset(name: str) -> Asset | None:
    """Return the asset called `name`, or None when there is none."""
    for folder in FOLDERS:
        for path in folder.glob("*"):
            if path.name == name and path.is_file():
                return _read(path, path.stat().st_mtime_ns)
    return None


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
        if found.packed and "gzip" in self.request.headers.get("Accept-Encoding", ""):
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
