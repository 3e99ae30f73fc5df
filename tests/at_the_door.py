"""What anybody can send to the server, byte for byte, and what a browser does at its door."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import struct
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

import websocket

from app_under_test import Server
from builders import GOOD_PASSWORD
from peerbook.server.channel import PROTOCOL, split

KERNEL = "01234567-89ab-cdef-0123-456789abcdef"
PAGE = "/voila/render/start.ipynb"


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: str


def ask(
    server: Server,
    path: str,
    *,
    method: str = "GET",
    body: str = "",
    source: str = "127.0.0.1",
    **headers: str,
) -> Response:
    """Send the path exactly as written, from an address of this machine, following nothing."""
    where = urllib.parse.urlsplit(server.address)
    connection = http.client.HTTPConnection(
        where.hostname or "", where.port, timeout=60, source_address=(source, 0)
    )
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    if body:
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.endheaders(body.encode() if body else None)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.headers["Content-Encoding"] == "gzip":
        content = gzip.decompress(content)
    return Response(answer.status, answer.headers, content.decode("utf-8", "replace"))


def connect(server: Server, kernel: str, *, protocols: list[str] | None = None, **headers: str):
    where = urllib.parse.urlsplit(server.address)
    return websocket.create_connection(
        f"ws://{where.netloc}/api/kernels/{kernel}/channels?session_id=test",
        subprotocols=[PROTOCOL] if protocols is None else protocols,
        header=headers,
        timeout=30,
        suppress_origin="Origin" not in headers,
    )


def open_kernel(server: Server, notebook: str = "start", **headers: str) -> str:
    """Open a page, with the access code unless there are other headers; return its kernel's id."""
    page = ask(server, f"/voila/render/{notebook}.ipynb", **(headers or server.headers))
    found = re.search(r'kernel="([\w-]+)"', page.body)
    assert found, page.body
    return found[1]


def cookie_name(server: Server) -> str:
    return "username-" + urllib.parse.urlsplit(server.address).netloc.replace(".", "-").replace(
        ":", "-"
    )


def fill_in(server: Server, source: str = "127.0.0.1", **fields: str) -> tuple[Response, str]:
    """Write into the login form, as a browser does; return the answer and all cookies."""
    form = ask(server, "/login", source=source)
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.body)
    assert xsrf
    jar = form.headers["Set-Cookie"].partition(";")[0]
    body = urllib.parse.urlencode({"_xsrf": xsrf[1], **fields})
    answer = ask(server, "/login?next=/", method="POST", body=body, source=source, Cookie=jar)
    return answer, f"{jar}; " + (answer.headers["Set-Cookie"] or "").partition(";")[0]


def write_code(server: Server, code: str, source: str = "127.0.0.1") -> tuple[Response, str]:
    return fill_in(server, source, code=code)


def log_in(server: Server) -> str:
    """Log in by the form, and return the cookies."""
    answer, cookies = write_code(server, server.token)
    assert answer.status == 302, answer.body
    return cookies


def write_password(
    server: Server, name: str, password: str, *, source: str = "127.0.0.1", **more: str
) -> tuple[Response, str]:
    return fill_in(server, source, name=name, password=password, **more)


def log_in_as(server: Server, name: str, password: str = GOOD_PASSWORD) -> str:
    answer, cookies = write_password(server, name, password)
    assert answer.status == 302, answer.body
    return cookies


def is_in(server: Server, cookies: str) -> bool:
    return "/login" not in ask(server, "/", Cookie=cookies).headers["Location"]


def log_out(server: Server, cookies: str) -> Response:
    """Press the button of a page, as a browser does."""
    page = ask(server, "/logout", Cookie=cookies)
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.body)
    assert xsrf
    body = urllib.parse.urlencode({"_xsrf": xsrf[1]})
    return ask(server, "/logout", method="POST", body=body, Cookie=cookies)


def frame(channel: str, kind: str, content: str = "{}", *, session: str = "test") -> bytes:
    header = (
        f'{{"msg_id":"1","msg_type":"{kind}","session":"{session}","username":"",'
        '"version":"5.3","date":"2026-01-01T00:00:00Z"}'
    )
    parts = [part.encode() for part in (channel, header, "{}", "{}", content)]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def wait_until_closed(socket: websocket.WebSocket) -> None:
    """Read until the server has closed the line; a test that gets no close times out."""
    try:
        while socket.recv_data()[0] != websocket.ABNF.OPCODE_CLOSE:
            pass
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        pass


def kind_of(message: bytes) -> str:
    return re.search(rb'"msg_type":\s*"(\w+)"', split(message)[1])[1].decode()


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        os.sched_yield()
