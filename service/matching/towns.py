"""Towns as users type them, with the region that tells which one is meant: Birmingham, Alabama; Paris (Texas)."""

from __future__ import annotations

from typing import NamedTuple

import regex

from service.matching.expansion import TYPED, Expansion
from service.matching.forms import Form
from service.matching.names import INFLECTED, forms_of_name, is_proper
from service.matching.regions import homes_of, is_in, regions_called, ways_to_write
from service.matching.text import phrase_of

_TELLING = 5  # letters of a region's name that is looked for by itself
_SHARE_NAMES = ("US", "CA", "AU")
_TYPED = regex.compile(r"(?P<town>[^,()]++)(?:,(?P<behind>[^,()]++)|\((?P<inside>[^,()]++)\))\s*+")


class Town(NamedTuple):
    """A town's name and where it is: regions, several where more than one is called as the user said."""

    name: str
    homes: frozenset[str]

    @property
    def is_told_by_name(self) -> bool:
        """Whether its name alone means it; of a state that has many towns of one name, only where the very region is known."""
        known = homes_of(phrase_of(self.name))
        return any(home == each or (each not in _SHARE_NAMES and is_in(home, each)) for home in self.homes for each in known)


def town_of(name: str) -> Town | None:
    """The town that a user called so, with the region in which it lies; None where the name says no such thing."""
    found = _TYPED.fullmatch(name)
    homes = regions_called(found["behind"] or found["inside"]) if found else frozenset[str]()
    return Town(found["town"].strip(), homes) if found and homes and phrase_of(found["town"]) else None


def expand_town(town: Town) -> Expansion:
    """Its name with its region behind it, however that is written, and its name alone, where that means it or beside the region's."""
    words = phrase_of(town.name)
    regions = dict.fromkeys(region for home in sorted(town.homes) for region in ways_to_write(home))
    full = tuple(Form((*words, *region), INFLECTED, "name") for region in regions)
    if town.is_told_by_name:
        sure, unsure = forms_of_name(town.name)
        return Expansion(None, None, (*full, *sure), unsure)
    context = tuple(Form(region, INFLECTED, "related") for region in regions if len("".join(region)) >= _TELLING)
    return Expansion(None, None, full, (Form(words, TYPED, "name", named=is_proper(town.name)),), context)
