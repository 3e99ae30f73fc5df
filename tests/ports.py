"""Ports for servers that tests start."""

import random
import socket

# Below those the system gives to whoever asks for any, so that a port a server has left stays free
# until it starts again.
_OURS = range(20_000, 32_000)


def free_port() -> int:
    """Return a port nothing listens on."""
    for port in random.SystemRandom().sample(_OURS, len(_OURS)):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("every port is taken")
