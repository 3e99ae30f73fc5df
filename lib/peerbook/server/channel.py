"""The page's line to its kernel: Voilà's websocket, with bounds on what passes either way."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from tornado.ioloop import IOLoop
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from peerbook.errors import support_code
from peerbook.server.answers import Answer
from peerbook.server.discretion import code_lines
from peerbook.server.entrance import LOGIN_IS_OVER

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LARGEST_MESSAGE_BYTES = 10 * 1024 * 1024
MOST_PARTS = 1024
FROM_BROWSER = [
    "comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request",
]  # fmt: skip
# While a page is made its widgets travel in the page itself.
ALWAYS_TO_BROWSER = {"kernel_info_reply", "status"}
TO_BROWSER = ALWAYS_TO_BROWSER | {
    "comm_open", "comm_close", "comm_msg", "comm_info_reply", "error",
}  # fmt: skip
# Whoever sends one of these is there; the browser asks for the others by itself.
SIGNS_OF_LIFE = {"comm_msg", "comm_info_request"}
ABANDONED_SECONDS = 300.0
_FAREWELL_SECONDS = 2.0


def split(frame: bytes) -> list[bytes]:
    """Return channel, header, parent header, metadata, content and buffers of a v1 frame.

    Raises
    ------
    ValueError
        When the frame is cut short, or its offsets are out of order or beyond its end.
    """
    count = int.from_bytes(frame[:8], "little")
    if not 6 <= count <= MOST_PARTS or len(frame) < 8 * (count + 1):
        raise ValueError("not a v1 frame")
    offsets = [int.from_bytes(frame[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    if offsets[0] != 8 * (count + 1) or offsets[-1] != len(frame) or offsets != sorted(offsets):
        raise ValueError("offsets out of order")
    return [frame[a:b] for a, b in pairwise(offsets)]


class BoundedConnection(ZMQChannelsWebsocketConnection):
    """Reads and writes v1 frames only.

    Jupyter falls back to the older framing while a websocket is closing; a message that comes in
    that moment is then read with a length taken from its own bytes, and fills the memory.
    """

    subprotocol = PROTOCOL

    async def prepare(self) -> None:
        """Take our place beside others; the kernel has answered before its page was sent.

        Asked again, its answer would come after the cells that make the page.
        """
        await self._register_session()
        self.session.key = self.kernel_manager.session.key


class KernelChannel(Answer, VoilaKernelWebsocketHandler):
    """Lets widget messages through, and nothing else.

    Only the v1 protocol is spoken: the older framing has no bounds, and Voilà's reading of it could
    be made to fill the machine's memory.
    """

    def set_default_headers(self) -> None:
        """Set those of all our answers, which Jupyter leaves out here: a refusal is one too."""
        JupyterHandler.set_default_headers(self)

    async def get(self, kernel_id: str) -> None:
        """Open the line, for browsers that speak the v1 protocol and a kernel that is there."""
        if PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            raise web.HTTPError(400)
        if kernel_id not in self.kernel_manager:
            raise web.HTTPError(404)
        await super().get(kernel_id=kernel_id)

    def on_message(self, ws_message: str | bytes) -> None:
        """Pass a well-formed message on; close the line at anything else."""
        if self._is_closing():
            return
        try:
            if not isinstance(ws_message, bytes):
                raise ValueError("text where bytes belong")
            channel, header, *others = split(ws_message)
            kind = json.loads(header)["msg_type"]
            if not all(isinstance(json.loads(part), dict) for part in others[:3]):
                raise ValueError("parts that are no objects")
            known = channel in (b"shell", b"control")
        except (ValueError, KeyError, TypeError, RecursionError):
            self.log.warning("A malformed websocket message was refused")
            self.close(1002)
            return
        if not known or kind not in FROM_BROWSER:
            self.log.warning("A websocket message of a kind that is not allowed was ignored")
            return
        if kind in SIGNS_OF_LIFE:
            self.identity_provider.note(self)
        super().on_message(ws_message)

    def tell_idle(self, is_close: bool) -> None:
        """Tell the page that its login is about to end for lack of use, or not any more."""
        if not self._is_closing():
            header, content = {"msg_type": "peerbook_idle"}, {"is_close": is_close}
            parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
            message = serialize_msg_to_ws_v1(parts, "iopub")
            super().write_message(message, binary=True)

    def write_message(self, message: bytes | str | dict[str, Any], binary: bool = False) -> Any:
        """Pass on what widgets need; an error becomes a code, its trace stays here."""
        if not isinstance(message, bytes) or self._is_closing():
            return None
        parts = split(message)
        header = json.loads(parts[1])
        is_early = self.kernel_manager.is_in_the_making(self.kernel_id)
        if header["msg_type"] not in (ALWAYS_TO_BROWSER if is_early else TO_BROWSER):
            return None
        if header["msg_type"] == "error":
            content = json.loads(parts[4])
            code = support_code().upper()
            self.log.error(
                "Error %s in a page that is open: %s\n%s",
                code, content.get("ename"), code_lines(content.get("traceback", [])),
            )  # fmt: skip
            calm = json.dumps({"ename": "", "evalue": code, "traceback": []}).encode()
            message = serialize_msg_to_ws_v1([*parts[1:4], calm], parts[0].decode())
        return super().write_message(message, binary=True)

    def on_close(self) -> None:
        """Let the kernel go when nobody comes back to it: a closed laptop, a logout, a crash."""
        super().on_close()
        is_over = self.close_code == LOGIN_IS_OVER
        seconds = _FAREWELL_SECONDS if is_over else ABANDONED_SECONDS
        self.kernel_manager.end_unless_visited(self.kernel_id, seconds)

    def _is_closing(self) -> bool:
        return self.ws_connection is None or self.ws_connection.is_closing()


class Farewell(Answer, VoilaShutdownKernelHandler):
    """Ends a page's kernel when the page is left, after a moment for its last message."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """Answer at once; the kernel goes two seconds later."""
        self.kernel_id = kernel_id
        if not self.authorizer.is_authorized(self, self.current_user, "write", "kernels"):
            raise web.HTTPError(404)

        IOLoop.current().call_later(_FAREWELL_SECONDS, self.kernel_manager.end, kernel_id)
        self.set_status(204)
        self.finish()
