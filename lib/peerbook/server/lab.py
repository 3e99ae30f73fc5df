"""JupyterLab on the same workbooks, data and warm kernels, for analysts."""

from __future__ import annotations

import os
from typing import Any

from jupyterlab.labapp import LabApp

from peerbook.paths import product_folder
from peerbook.server import discretion
from peerbook.server.app import STORE_VARIABLE, kernel_settings
from peerbook.server.private_files import access_token, cookie_secret
from peerbook.server.provisioner import warm_up


def lab_settings(*, port: int | None, ip: str, open_browser: bool, token: str) -> Any:
    """Return the traitlets configuration JupyterLab is started with."""
    config = kernel_settings()
    # An analyst thinks longer than a page is left open, and a kernel here holds unsaved work.
    config.MappingKernelManager.cull_idle_timeout = 0
    config.ServerApp.ip = ip
    config.ServerApp.port = port or 0
    config.ServerApp.open_browser = open_browser
    config.ServerApp.root_dir = str(product_folder("workbooks"))
    config.ServerApp.allow_remote_access = False
    config.ServerApp.cookie_secret = cookie_secret()
    config.ServerApp.jpserver_extensions = {"peerbook.server.assets": True}
    config.IdentityProvider.token = token
    config.IdentityProvider.cookie_options = {"SameSite": "Strict"}
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    config.LabApp.extension_manager = "readonly"
    return config


def lab(
    *,
    port: int | None = None,
    ip: str = "127.0.0.1",
    open_browser: bool = True,
    store_url: str | None = None,
    token: str | None = None,
) -> None:
    """Serve JupyterLab in the workbooks folder until interrupted.

    Parameters
    ----------
    port
        Port to listen on; without it a free one.
    ip
        Address to listen on.
    open_browser
        Open JupyterLab in the user's browser.
    store_url
        Database address, for the notebooks; without it the user's data folder.
    token
        Access code; without it the data folder's own.
    """
    discretion.install()
    if store_url:
        os.environ[STORE_VARIABLE] = store_url
    settings = lab_settings(
        port=port, ip=ip, open_browser=open_browser, token=token or access_token()
    )
    warm_up()
    LabApp.launch_instance(argv=[], config=settings)
