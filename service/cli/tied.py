"""Become another program, one that ends when its parent does: `tied.py PARENT COMMAND...`.

Run as a script before the real program, because between fork and exec nothing else is safe to do in Python.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2); survives exec


def become(parent: int, command: list[str]) -> None:
    """Replace this process by `command`. On Linux the kernel kills it once `parent` is gone, even by SIGKILL."""
    if sys.platform == "linux":
        # Killing at once is safe: every piece of work is a row in the database, and claims run out.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the supervisor ended while this was starting")
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
