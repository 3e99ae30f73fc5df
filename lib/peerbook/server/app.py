"""Standalone Voilà with every door closed that the pages do not need.

Voilà gives the kernel manager, the executor and the websocket; the list of addresses is ours and
names each one: no file, template, theme, contents or kernel list is served, so the overrides and
lookups behind those addresses cannot be reached. Why each setting: docs/decisions.md.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.web
from jupyter_client.kernelspec import KernelSpecManager
from traitlets import default
from traitlets.config import Config
from voila.app import Voila

from peerbook.errors import PeerbookError
from peerbook.paths import can_be_socket, product_folder
from peerbook.server import discretion
from peerbook.server.account import AccountHandler
from peerbook.server.answers import HEADERS, Answer, Assets, Missing, log_request, templates
from peerbook.server.assets import ROUTE as ASSETS_ROUTE
from peerbook.server.channel import (
    FROM_BROWSER,
    LARGEST_MESSAGE_BYTES,
    BoundedConnection,
    Farewell,
    KernelChannel,
)
from peerbook.server.entrance import ByRole, Entrance, login_settings
from peerbook.server.host_names import read_names
from peerbook.server.kernels import PageKernels
from peerbook.server.login import (
    LoginHandler,
    LogoutHandler,
    announce,
)
from peerbook.server.pages import entries
from peerbook.server.private_files import access_token, cookie_secret
from peerbook.server.provisioner import PROVISIONER, warm_up
from peerbook.server.proxies import BehindProxies, Network, read_proxies
from peerbook.server.tickets import Tickets
from peerbook.server.visit import VisitHandler
from peerbook.text import _

USUAL_PORT = 8866
IDLE_SECONDS = 120.0
BODY_SECONDS = 60.0
STORE_VARIABLE = "PEERBOOK_STORE_URL"
_SOCKET = "voila_xxxxxxxx/kernel-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx-ipc-1"
_KERNEL_ID = r"(\w+-\w+-\w+-\w+-\w+)"


class ServerFault(PeerbookError):
    """The server cannot start as asked."""


def kernel_settings(connections: Path) -> Config:
    """Return what Voilà and JupyterLab share about kernels: forked, private, culled.

    Parameters
    ----------
    connections
        Folder that will hold the kernels' sockets.
    """
    config = Config()
    config.KernelProvisionerFactory.default_provisioner_name = PROVISIONER
    config.HistoryManager.enabled = False
    if can_be_socket(connections / _SOCKET):
        config.KernelManager.transport = "ipc"
    config.MappingKernelManager.cull_idle_timeout = 3600
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.cull_connected = True
    return config


class OwnPython(KernelSpecManager):
    """Knows this environment's Python and no other kernel that may lie about on the machine."""

    @default("kernel_dirs")
    def _no_folders(self) -> list[str]:
        return []


class FrontDoor(Answer):
    """Leads from the bare address to the first page of the visitor's role."""

    def initialize(self, workbooks: Path) -> None:
        """Remember where the notebooks are."""
        self.workbooks = workbooks

    @tornado.web.authenticated
    def get(self) -> None:
        """Redirect."""
        pages = entries(self.workbooks, self.current_user.visitor.role)
        if not pages:
            raise tornado.web.HTTPError(404)
        self.redirect(f"{self.base_url}voila/render/{pages[0].notebook}.ipynb")


class App(Voila):
    """Voilà, reduced to our pages."""

    port: int
    workbooks: Path
    tickets: Tickets[bool]
    proxies: tuple[Network, ...] = ()
    names: frozenset[str] | None = frozenset()
    """What browsers may call the server; None where that is not known."""

    def init_settings(self) -> dict[str, Any]:
        """Return Tornado's settings: login required, bounded messages, no remote names.

        Raises
        ------
        ServerFault
            When there is no access code to ask for.
        """
        if not self.token:
            raise ServerFault(_("The server does not start without an access code."))
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = FROM_BROWSER
        settings.update(
            jinja2_env=templates(),
            voila_jinja2_env=templates(),
            peerbook_tickets=self.tickets,
            headers=HEADERS,
            peerbook_names=self.names,
            allow_remote_access=False,
            allow_unauthenticated_access=False,
            websocket_max_message_size=LARGEST_MESSAGE_BYTES,
            compress_response=True,
            default_handler_class=Missing,
            default_handler_args={},
            log_function=log_request,
            xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict", "path": self.base_url},
            serve_traceback=False,
            ws_ping_timeout=30_000,
        )
        return settings

    def doors(self) -> list[Any]:
        """Return the addresses by which one comes in and goes out."""
        return [(self.base_url + "login", LoginHandler), (self.base_url + "logout", LogoutHandler)]

    def init_handlers(self) -> list[Any]:
        """Return every address there is."""
        base = self.base_url
        return [
            *self.doors(),
            (base, FrontDoor, {"workbooks": self.workbooks}),
            (base + "account", AccountHandler),
            (base + ASSETS_ROUTE, Assets),
            (
                base + r"voila/render/([\w-]{1,80}(?:/[\w-]{1,80}){0,4})\.ipynb",
                VisitHandler,
                {"workbooks": self.workbooks},
            ),
            (base + f"voila/api/shutdown/{_KERNEL_ID}", Farewell),
            (base + f"api/kernels/(?P<kernel_id>{_KERNEL_ID[1:-1]})/channels", KernelChannel),
        ]

    def listen(self) -> None:
        """Take the port, say where we are, and serve until told to stop.

        Raises
        ------
        PeerbookError
            When it cannot be told who may come in, or the port cannot be had.
        """
        entrance: Entrance = self.identity_provider
        has_users = entrance.book.standing_now().have_begun
        sockets = self._sockets()
        server = tornado.httpserver.HTTPServer(
            BehindProxies(self.app, self.proxies),
            max_body_size=LARGEST_MESSAGE_BYTES,
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=BODY_SECONDS,
        )
        server.add_sockets(sockets)
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.ioloop.add_callback(self.greet, has_users=has_users)
        self.ioloop.add_callback(self.kernel_manager.fill_reserve)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def _sockets(self) -> list[socket.socket]:
        tries = [self.port] if self.port else [*range(USUAL_PORT, USUAL_PORT + 10), 0]
        for port in tries:
            try:
                sockets = tornado.netutil.bind_sockets(port, self.ip)
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES) or port == tries[-1]:
                    raise ServerFault(
                        _("Port {port} on {ip} cannot be used. Choose another.").format(
                            port=port, ip=self.ip
                        )
                    ) from error
            else:
                self.port = sockets[0].getsockname()[1]
                return sockets
        raise AssertionError("the last port is tried or raises")

    def greet(self, *, has_users: bool) -> None:
        """Say where the server is and how to come in."""
        address = local_address(self.ip, self.port, self.base_url)
        announce(
            address,
            str(self.token),
            self.tickets,
            has_users=has_users,
            open_browser=self.open_browser,
        )


def local_address(ip: str, port: int, base_url: str) -> str:
    """Return the address under which this machine's own browser finds the server."""
    host = "127.0.0.1" if ip in ("", "0.0.0.0") else ip  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}{base_url}" if ":" in host else f"http://{host}:{port}{base_url}"


def serve(
    *,
    port: int | None = None,
    ip: str = "127.0.0.1",
    open_browser: bool = True,
    store_url: str | None = None,
    workbooks: Path | None = None,
    token: str | None = None,
    proxies: Sequence[str] = (),
    names: Sequence[str] = (),
) -> None:
    """Serve the workbooks as pages until interrupted.

    Parameters
    ----------
    port
        Port to listen on; without it the usual one, or the next that is free.
    ip
        Address to listen on.
    open_browser
        Open the front page in the user's browser, logged in.
    store_url
        Database address, for the pages; without it the user's data folder.
    workbooks
        Folder of the notebooks; without it the product's own.
    token
        Access code; without it the data folder's own, made at the first start.
    proxies
        Addresses or networks of one's own proxies, which are believed about who asks.
    names
        What browsers call the server, besides `localhost` and its address.

    Raises
    ------
    PeerbookError
        When the port cannot be had, the access code is empty, a proxy has no address or no name,
        or there is a store that cannot be opened.
    """
    discretion.install()
    code = access_token() if token is None else token
    if not code:
        raise ServerFault(_("The server does not start without an access code."))
    if proxies and not names:
        raise ServerFault(
            _(
                "Give the name under which browsers find the proxy too, with --host-name. Under "
                "any other name peerbook does not answer."
            )
        )
    run(
        App,
        workbooks=workbooks,
        store_url=store_url,
        ip=ip,
        port=port or 0,
        open_browser=open_browser,
        proxies=read_proxies(proxies),
        names=read_names(names),
        token=code,
        identity_provider_class=Entrance,
    )


def run(
    app_class: type[App],
    *,
    workbooks: Path | None,
    store_url: str | None,
    proxies: tuple[Network, ...] = (),
    names: frozenset[str] | None = frozenset(),
    **traits: Any,
) -> None:
    """Run an app of ours until it is interrupted.

    Parameters
    ----------
    app_class
        Which.
    workbooks
        Folder of the notebooks; without it the product's own.
    store_url
        Database address, for the pages; without it the user's data folder.
    proxies
        Who is believed about who asks.
    names
        What browsers may call the server; None where that is not known.
    traits
        What else is set of the app: where it listens and who is let in.
    """
    if store_url:
        os.environ[STORE_VARIABLE] = store_url
    folder = (workbooks or product_folder("workbooks")).resolve()
    warm_up()
    config = kernel_settings(Path(tempfile.gettempdir()))
    config.merge(login_settings())
    config.VoilaConfiguration.template = None
    config.VoilaConfiguration.kernel_spec_manager_class = OwnPython
    config.VoilaConfiguration.multi_kernel_manager_class = PageKernels
    app = app_class.instance(
        config=config,
        root_dir=str(folder),
        cookie_secret=cookie_secret(),
        authorizer_class=ByRole,
        kernel_websocket_connection_class=BoundedConnection,
        config_file_paths=[],
        log_level=logging.WARNING,
        **traits,
    )
    app.workbooks = folder
    app.proxies = proxies
    app.names = names
    app.tickets = Tickets()
    app.initialize([])
    app.log.setLevel(logging.WARNING)  # an application's own level lets everything be formatted
    app.start()


def main(argv: list[str] | None = None) -> None:
    """Serve a folder of notebooks from the command line, for development and tests."""
    parser = argparse.ArgumentParser(prog="python -m peerbook.server.app")
    parser.add_argument("--workbooks", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--token")
    parser.add_argument("--store")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--proxy", action="append", default=[])
    parser.add_argument("--host-name", action="append", default=[])
    asked = parser.parse_args(argv)
    try:
        serve(
            port=asked.port,
            ip=asked.ip,
            open_browser=asked.browser,
            store_url=asked.store,
            workbooks=asked.workbooks,
            token=asked.token,
            proxies=asked.proxy,
            names=asked.host_name,
        )
    except PeerbookError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
