"""Under which names browsers may ask: no other's can lead to this server (DNS rebinding).

Somebody's page can let its own name lead to this machine, and the browser then takes what answers
for that page's own. An address leads to one place only, so whoever writes one is answered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence

from peerbook.errors import PeerbookError
from peerbook.text import _

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


def read_names(written: Sequence[str]) -> frozenset[str]:
    """Return names of this server as browsers send them.

    Raises
    ------
    PeerbookError
        When one of them is no name, but a whole address perhaps.
    """
    names = set()
    for one in written:
        try:
            name = one.strip().lower().encode("idna").decode("ascii")
        except UnicodeError:
            name = ""
        if not _NAME.fullmatch(name):
            raise PeerbookError(
                _(
                    "“{written}” is no name browsers find a server by. Leave out https:// and "
                    "whatever follows the name, as in peerbook.kommune.example."
                ).format(written=one)
            )
        names.add(name)
    return frozenset(names)


def is_ours(host: str, names: Collection[str]) -> bool:
    """Return whether this server is meant by a host name that a browser asked for.

    Parameters
    ----------
    host
        As Tornado reads it from the request, without the port.
    names
        What the server is called, besides `localhost`.
    """
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return host == "localhost" or host in names
    return True
