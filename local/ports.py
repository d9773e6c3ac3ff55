"""Loopback ports."""

import socket

LOOPBACK = "127.0.0.1"


def bound_socket(port: int) -> socket.socket:
    """A TCP socket bound to `port` on loopback (0 for any free one), not listening yet.

    Raises OSError if the port is taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except OSError:
        bound.close()
        raise
    return bound


def free_port() -> int:
    """A port that nothing listens on now."""
    with bound_socket(0) as probe:
        port: int = probe.getsockname()[1]
    return port
