"""Ports of this machine: which one is free at this moment. Needs no settings, so that the command line may use it."""

import socket

PROVIDER_PORT = 8800
"""Where the local provider listens unless told otherwise; its issuers are named after this port."""


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port (1 to 65535) of this machine now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
