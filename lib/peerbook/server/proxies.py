"""Who asks, when a proxy of one's own stands in front: what it says is believed, and nobody else.

Tornado has `xheaders` for this. It believes whoever is connected, and X-Real-Ip before all, which a
proxy that sets only X-Forwarded-For passes on as the browser sent it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Sequence
from typing import Any

from tornado import httputil

from peerbook.errors import PeerbookError
from peerbook.text import _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_proxies(written: Sequence[str]) -> tuple[Network, ...]:
    """Return the addresses of proxies as somebody wrote them, or networks such as 10.1.2.0/24.

    Raises
    ------
    PeerbookError
        When one of them is neither.
    """
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in written)
    except ValueError:
        raise PeerbookError(
            _(
                "“{written}” holds something that is no address of a proxy. One looks like "
                "192.0.2.7, a network like 192.0.2.0/24."
            ).format(written=", ".join(written))
        ) from None


def caller(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return from which address a request comes.

    >>> caller("127.0.0.1", "198.51.100.9, 192.0.2.7", read_proxies(["127.0.0.1"]))
    '192.0.2.7'

    Parameters
    ----------
    peer
        Who is connected.
    forwarded
        X-Forwarded-For: each proxy adds at the end who was connected to it.
    proxies
        Those that tell the truth; the last address of another is the one.
    """
    address = peer
    for hop in reversed(forwarded.split(",")):
        if not _is_among(address, proxies) or _read(hop) is None:
            break
        address = hop.strip()
    return address


def _is_among(address: str, proxies: Sequence[Network]) -> bool:
    known = _read(address)
    return known is not None and any(known in network for network in proxies)


def _read(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        known = ipaddress.ip_address(written.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known


class BehindProxies(httputil.HTTPServerConnectionDelegate):
    """An application that is told who asks by proxies of one's own.

    Parameters
    ----------
    application
        Answers the requests.
    proxies
        Whose word counts; without any, all is as it comes.
    """

    def __init__(
        self, application: httputil.HTTPServerConnectionDelegate, proxies: Sequence[Network]
    ) -> None:
        self._application = application
        self._proxies = proxies

    def start_request(
        self, server_conn: object, request_conn: httputil.HTTPConnection
    ) -> httputil.HTTPMessageDelegate:
        """Return what takes the request in."""
        delegate = self._application.start_request(server_conn, request_conn)
        context: Any = getattr(request_conn, "context", None)
        if context is None or not _is_among(context.remote_ip, self._proxies):
            return delegate
        return _Forwarded(delegate, context, self._proxies)

    def on_close(self, server_conn: object) -> None:
        """Pass on that a connection is closed."""
        self._application.on_close(server_conn)


class _Forwarded(httputil.HTTPMessageDelegate):
    """A request that came by a proxy; the next on its connection may be somebody else's."""

    def __init__(
        self, delegate: httputil.HTTPMessageDelegate, context: Any, proxies: Sequence[Network]
    ) -> None:
        self._delegate = delegate
        self._context = context
        self._proxies = proxies
        self._as_it_was = context.remote_ip, context.protocol

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> Awaitable[None] | None:
        peer, protocol = self._as_it_was
        scheme = headers.get("X-Forwarded-Proto", protocol).rpartition(",")[2].strip()
        self._context.remote_ip = caller(peer, headers.get("X-Forwarded-For", ""), self._proxies)
        self._context.protocol = scheme if scheme in {"http", "https"} else protocol
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        self._delegate.finish()
        self._put_back()

    def on_connection_close(self) -> None:
        self._delegate.on_connection_close()
        self._put_back()

    def _put_back(self) -> None:
        self._context.remote_ip, self._context.protocol = self._as_it_was
