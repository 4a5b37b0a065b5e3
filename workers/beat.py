"""Beat's schedule, with a sign of life beside it."""

from __future__ import annotations

from pathlib import Path

from celery.beat import PersistentScheduler

ALIVE = ".alive"  # the end of the sign's name; the beginning is the schedule's


class Schedule(PersistentScheduler):
    """Beat's schedule, and a file beside it that is never older than a few minutes while beat knocks.

    The schedule itself tells nothing by its age: some kinds of dbm write when it is closed, and not before.
    """

    schedule_filename: str

    def sync(self) -> None:
        """Write down when what was last sent, and that this goes on."""
        super().sync()
        Path(f"{self.schedule_filename}{ALIVE}").touch()
