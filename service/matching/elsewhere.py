"""Towns that share a name: which places of it are of another town, told by the region behind it. "Paris, Texas" is not Paris."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import regex

from service.matching.forms import Form
from service.matching.reading import Place, Reading
from service.matching.regions import homes_of, is_in, regions_called

_KINDS = ("name", "capital", "place", "inflection")
_LONGEST = 4  # words of a region
_FURTHER = 60  # characters behind a name that are looked at
_BEHIND = regex.compile(r"[ \u00a0]?+(?:,[ \u00a0]|\()")
_WORD = regex.compile(r"\p{L}[\p{L}’'.-]*+")
# What goes on behind a state's name in a list of places.
_GOES_ON = regex.compile(r"[ \u00a0]?+(?:,[ \u00a0](?:and[ \u00a0])?\p{Lu}|(?:and|or|und|oder|et|ou|y|e|i)[ \u00a0])")


def not_elsewhere(form: Form, places: Sequence[Place], homes: Set[str], reading: Reading) -> Sequence[Place]:
    """The places of a town's name but for those behind which another region stands.

    `homes`: where the town is, as its user said; none: where the one is that the name alone means.
    """
    if not places or form.kind not in _KINDS or not form.words[0].isascii():
        return places
    own = homes or homes_of(form.words)
    return [place for place in places if not _is_elsewhere(place, own, reading)] if own else places


def _is_elsewhere(place: Place, own: Set[str], reading: Reading) -> bool:
    behind = reading.text_after(place, _FURTHER)
    found = _BEHIND.match(behind)
    for end in reversed([*_ends(behind, found.end())] if found else []):
        if regions := regions_called(behind[found.end() : end]):
            is_listed = _GOES_ON.match(behind, end) is not None and all("-" not in region for region in regions)
            return not is_listed and not any(is_in(region, home) or is_in(home, region) for region in regions for home in own)
    return False


def _ends(text: str, start: int) -> Iterator[int]:
    """Where the first words end that nothing but spaces divide."""
    for number, word in enumerate(_WORD.finditer(text, start)):
        if number == _LONGEST or word.start() != start:
            return
        yield word.end()
        start = word.end() + 1
