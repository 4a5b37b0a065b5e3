"""The API's listening socket, opened before anything starts, so that a port that is taken is the first thing one hears."""

from __future__ import annotations

import errno
import socket

import click

BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free. Raises ClickException."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(_explain(host, port, error)) from error


def url_of(listener: socket.socket) -> str:
    """How a browser on this machine reaches it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - a name, nothing is bound
    return f"http://{host}:{port}"


def _explain(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8080
        return f"port {port} on {host} is taken by another program. Stop that one, or choose: WIREWATCH_API_PORT={other} wirewatch up"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs more rights than you have. Choose one above 1023 with WIREWATCH_API_PORT"
    return f"cannot listen on {host}, port {port}: {error.strerror}. See WIREWATCH_API_HOST and WIREWATCH_API_PORT"
