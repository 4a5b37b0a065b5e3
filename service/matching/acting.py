"""Names that are also words, Target and Total: where one begins a sentence, whether it is the name, told by what stands around it.

A headline that begins "Target missed" has nothing of the shop, one that begins "Target cuts prices" has: only somebody cuts them.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from service.matching.name_parts import name_words
from service.matching.query import METADATA
from service.matching.reading import Place, Reading
from service.matching.text import phrase_of

_AROUND = 30  # characters: two words
_OPENING = regex.compile(r"[:–—|>*•\"“„«‘(]\s*+$")  # before what has a capital because something begins there
_NEXT = regex.compile(r"(?:['’]s?)?[ \u00a0]([\p{L}-]+)(?:[ \u00a0](\p{L}+))?")
_BEFORE = regex.compile(r"\p{L}[ \u00a0]$")
_TO = ("to", "will")


def is_also_a_word(place: Place) -> bool:
    """Whether what stands there is one word of the table."""
    words = phrase_of(place.text)
    return len(words) == 1 and words[0] in name_words("also-a-word")


def without_words(places: Sequence[Place], reading: Reading) -> Sequence[Place]:
    """The places of a name that is also a word, without those that may well be the word.

    A capital inside a sentence tells the name, and once it is told, so is every other place.
    """
    doubtful = [place for place in places if _has_capital_anyway(place, reading) and not acts(place, reading, of_firm=False)]
    return places if len(doubtful) < len(places) else ()


def acts(place: Place, reading: Reading, *, of_firm: bool) -> bool:
    """Whether it has a capital and does, or has, what only somebody does or has: "Target to cut jobs". `of_firm`: what only a firm does."""
    if not place.text[:1].isupper():
        return False
    behind = _NEXT.match(reading.text_after(place, _AROUND))
    first, second = (phrase_of(each or "") for each in behind.groups()) if behind else ((), ())
    if first and (first[0] in name_words("acting") or (not of_firm and first[0] in name_words("of-somebody"))):
        return True
    if second and first[0] in _TO and second[0] in name_words("acting-to"):
        return True
    if (behind and behind[1][:1].isupper()) or reading.is_in_title_case(place):
        return False  # Target Field is another's
    return _BEFORE.search(reading.text_before(place, _AROUND)) is not None and reading.word_before(place) in name_words("acted-on")


def _has_capital_anyway(place: Place, reading: Reading) -> bool:
    if place.field in METADATA or (place.text.isupper() and not reading.is_in_capitals(place)):
        return False  # what is known about the article, and acronyms
    if reading.begins_sentence(place) or reading.is_in_title_case(place) or reading.is_in_capitals(place):
        return True
    return bool(_OPENING.search(reading.text_before(place, _AROUND)))
