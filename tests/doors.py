"""Places where somebody listens and nobody takes a request: what a worker that is killed there has not yet said."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_ANYWHERE = "0100007F"  # 127.0.0.1, as /proc/net/tcp has it
_SYN_SENT, _ESTABLISHED = "02", "01"


class Door:
    """Listens at a free port of 127.0.0.1 and takes nothing."""

    _tried = _ESTABLISHED

    def __enter__(self) -> Door:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._before: list[socket.socket] = []
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._before, self._listening):
            # No lingering, so that somebody else can listen here at once.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            each.close()

    def was_tried(self) -> bool:
        """Whether somebody stands before it, in the state that this door leaves him in."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        mine = {f"{each.getsockname()[1]:04X}" for each in self._before}
        return any(row[2] == f"{_ANYWHERE}:{self.port:04X}" and row[3] == self._tried and row[1][-4:] not in mine for row in rows)


class Silent(Door):
    """The kernel makes the connection, and nobody reads what is said."""


class Full(Door):
    """So many stand in line already that not even a connection comes about."""

    _tried = _SYN_SENT

    def __enter__(self) -> Door:
        super().__enter__()
        for _ in range(4):  # more than fit: the last ones never connect
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", self.port))
            self._before.append(each)
        return self
