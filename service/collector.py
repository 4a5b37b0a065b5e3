"""How often the collector of garbage looks for cycles."""

from __future__ import annotations

import gc

YOUNG = 10_000  # objects


def collect_seldom() -> None:
    """Let the collector look when 10,000 objects have been added rather than 700.

    A poll adds a thousand and the reading of an article many thousands, almost none of them in cycles: they go by themselves, and to
    look for them so often is a twentieth to an eighth of all the work.
    """
    gc.set_threshold(YOUNG)
