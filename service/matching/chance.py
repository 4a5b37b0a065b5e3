"""Whether what false alarms share is more than a chance, however many words were looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from math import comb
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)

LEVEL = 0.05  # how probable it may be that anything at all is taken for telling that is not


@lru_cache(maxsize=10_000)
def chance(false: int, all_false: int, right: int, all_right: int) -> float:
    """How probable it is that `false` of the false alarms or more would have what `false` + `right` alerts have, were it all chance.

    Fisher's exact test, one-sided (R. A. Fisher 1934).
    """
    having, everything = false + right, all_false + all_right
    ways = sum(comb(all_false, each) * comb(all_right, having - each) for each in range(false, min(having, all_false) + 1))
    return ways / comb(everything, having)


@dataclass(frozen=True, slots=True)
class Tally(Generic[Thing]):
    """In which stories of false alarms and of right alerts each thing is; a story counts once, however often it was told."""

    false: frozenset[str]
    right: frozenset[str]
    stories: dict[Thing, set[str]] = field(default_factory=dict)

    def count(self, thing: Thing, story: str) -> None:
        """Note that a story has it."""
        self.stories.setdefault(thing, set()).add(story)

    def only(self, wanted: Callable[[Thing], bool]) -> Tally[Thing]:
        """The same for some of the things."""
        return Tally(self.false, self.right, {thing: stories for thing, stories in self.stories.items() if wanted(thing)})

    def telling(self) -> list[Thing]:
        """What false alarms have so much oftener than right alerts that it is no chance, the most telling first.

        With many words looked at, some stand in false alarms alone by chance. So each must be as improbable as there are things to
        choose from, of which those count that could be telling at all, for they are common enough (R. E. Tarone 1990); and what is
        in the same stories counts once.
        """
        several = {thing: (len(stories & self.false), len(stories & self.right)) for thing, stories in self.stories.items()}
        least = self._least()
        found = {thing: p for thing, (false, right) in several.items() if (p := self._chance(false, right)) <= least}
        return sorted(found, key=lambda thing: (found[thing], -several[thing][0], str(thing)))

    def _least(self) -> float:
        """How improbable something must be: the `LEVEL`, shared by those that could be as improbable as that."""
        sizes = [len(stories) for stories in {frozenset(stories) for stories in self.stories.values()}]
        improbable = sorted(self._chance(min(size, len(self.false)), max(0, size - len(self.false))) for size in sizes)
        shares = (share for share in range(1, len(sizes) + 1) if bisect_right(improbable, LEVEL / share) <= share)
        return LEVEL / next(shares, 1)

    def _chance(self, false: int, right: int) -> float:
        return chance(false, len(self.false), right, len(self.right))
