"""The hardened app: Voilà with warm kernels for users, JupyterLab for analysts.

Importing this package loads neither; a kernel that is started through the provisioner should not
pay for the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerbook.server.app import serve
    from peerbook.server.hub import serve_behind_hub
    from peerbook.server.lab_server import lab

__all__ = ["lab", "serve", "serve_behind_hub"]


def __getattr__(name: str) -> object:
    if name == "serve":
        from peerbook.server.app import serve

        return serve
    if name == "serve_behind_hub":
        from peerbook.server.hub import serve_behind_hub

        return serve_behind_hub
    if name == "lab":
        from peerbook.server.lab_server import lab

        return lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
