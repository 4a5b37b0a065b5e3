"""A few threads at some work, however many are rung for: one more would only wait for the others, and keep a hand from other work."""

from __future__ import annotations

from threading import Lock


class Turns:
    """Places for `most` threads at work that looks for more until there is none. Whoever finds no place asks those inside to look again."""

    def __init__(self, most: int) -> None:
        self._places = most
        self._asked = False
        self._lock = Lock()

    def take(self) -> bool:
        """Take a place, if there is one."""
        with self._lock:
            if self._places == 0:
                self._asked = True
                return False
            self._asked = False  # this look begins later than all that was asked
            self._places -= 1
            return True

    def give_back(self, *, willing: bool) -> bool:
        """Leave; whether to look again, for somebody has found no place meanwhile. Who is not `willing` leaves that to the others."""
        with self._lock:
            self._places += 1
            again, self._asked = self._asked and willing, self._asked and not willing
            return again
