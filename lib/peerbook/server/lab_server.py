"""JupyterLab on the same workbooks, data and warm kernels, for analysts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from peerbook.desk import BY_CODES_VARIABLE
from peerbook.paths import product_folder
from peerbook.server import discretion
from peerbook.server.app import STORE_VARIABLE, ServerFault, kernel_settings, local_address
from peerbook.server.entrance import Entrance, login_settings
from peerbook.server.login import (
    LoginHandler,
    LogoutHandler,
    announce,
)
from peerbook.server.private_files import access_token, cookie_secret
from peerbook.server.provisioner import warm_up
from peerbook.server.save_guard import SaveGuard
from peerbook.server.tickets import Tickets
from peerbook.text import _


def lab_settings(*, port: int | None, ip: str, token: str, allow_root: bool = False) -> Config:
    """Return the configuration JupyterLab is started with."""
    config = kernel_settings(Path(jupyter_runtime_dir()))
    config.merge(login_settings())
    # An analyst thinks longer than a page is left open, and a kernel here holds unsaved work.
    config.MappingKernelManager.cull_idle_timeout = 0
    config.ServerApp.ip = ip
    if port:
        config.ServerApp.port = port
        config.ServerApp.port_retries = 0
    config.ServerApp.open_browser = False
    config.ServerApp.root_dir = str(product_folder("workbooks"))
    config.ServerApp.allow_remote_access = False
    config.ServerApp.allow_root = allow_root
    # Without an address of our own, JupyterLab's pages name a host of somebody else's.
    config.ServerApp.tornado_settings = {"mathjax_url": "mathjax"}
    config.ServerApp.cookie_secret = cookie_secret()
    # Named one by one: Voilà's own extension, for one, would open pages without our bounds.
    config.ServerApp.jpserver_extensions = {"jupyterlab": True, "peerbook.server.assets": True}
    config.ServerApp.default_url = "/lab"
    config.ServerApp.identity_provider_class = Entrance
    config.Entrance.token = token
    config.Entrance.login_handler_class = LoginHandler
    config.Entrance.logout_handler_class = LogoutHandler
    config.Entrance.roles = ["leader", "analyst"]
    config.FileContentsManager.pre_save_hook = SaveGuard().before_saving
    config.LabApp.news_url = None
    config.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    config.LabApp.extension_manager = "readonly"
    # Nor is the analyst asked whether news may be fetched from outside.
    config.LabApp.app_settings_dir = str(Path(__file__).parent / "lab_settings")
    return config


def lab(
    *,
    port: int | None = None,
    ip: str = "127.0.0.1",
    open_browser: bool = True,
    store_url: str | None = None,
    token: str | None = None,
    allow_root: bool = False,
    names: bool = False,
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
    allow_root
        Start for the superuser too.
    names
        Let notebooks read who participants are; without it they know codes only.

    Raises
    ------
    ServerFault
        When the access code is empty, or the superuser starts it without saying so.
    """
    discretion.install()
    if not allow_root and os.name == "posix" and os.geteuid() == 0:
        raise ServerFault(
            _(
                "JupyterLab runs whatever stands in a notebook, and as the superuser (root) that "
                "may be anything. Start it as yourself, or add --allow-root if you mean it."
            )
        )
    if store_url:
        os.environ[STORE_VARIABLE] = store_url
    os.environ[BY_CODES_VARIABLE] = "" if names else "1"
    code = access_token() if token is None else token
    if not code:
        raise ServerFault(_("The server does not start without an access code."))
    warm_up()
    server = ServerApp.instance(
        config=lab_settings(port=port, ip=ip, token=code, allow_root=allow_root)
    )
    server.initialize(argv=[], starter_extension="lab", find_extensions=False)
    tickets: Tickets[bool] = Tickets()
    server.web_app.settings["peerbook_tickets"] = tickets
    address = local_address(ip, server.port, server.base_url)
    entrance = cast(Entrance, server.identity_provider)
    server.io_loop.add_callback(
        announce,
        address,
        code,
        tickets,
        has_users=entrance.book.standing_now().have_begun,
        open_browser=open_browser,
    )
    server.start()
