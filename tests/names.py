"""A name server as the tests have it: where a host lives, until somebody says otherwise."""

from __future__ import annotations

import socket
from typing import Any


class Names:
    """Looks up hosts as `socket.getaddrinfo` does; `addresses` may change between two questions. `asked` is every question."""

    def __init__(self, **addresses: str) -> None:
        self.addresses = {name.replace("_", "."): address for name, address in addresses.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: Any) -> list[Any]:
        self.asked.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (self.addresses[host], port))]
