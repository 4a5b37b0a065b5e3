"""Names that are also words, Target and Total: where one begins a sentence, whether it is the name, told by what stands around it.

A headline that begins "Target missed" has nothing of the shop, one that begins "Target cuts prices" has: only somebody cuts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import regex

from service.matching.actor_index import find_actor
from service.matching.name_parts import name_words
from service.matching.query import METADATA
from service.matching.reading import Place, Reading
from service.matching.text import phrase_of

_AROUND = 30  # characters: two words
_OPENING = regex.compile(r"[:–—|>*•\"“„«‘(]\s*+$")  # before what has a capital because something begins there
_NEXT = regex.compile(r"(?:['’]s?)?[ \u00a0]([\p{L}-]+)(?:[ \u00a0](\p{L}+))?")
_BEFORE = regex.compile(r"\p{L}[ \u00a0]$")
_OWNS = regex.compile(r"['’]s[ \u00a0]\p{Lu}\p{Ll}")
_BESIDE = regex.compile(r"(?:,|[ \u00a0](?:and|&|und|et|y|e|i|en))[ \u00a0](\p{Lu}[\p{L}-]+)")
_SCORE = regex.compile(r"[ \u00a0]\d{1,2}[-–:]\d{1,2}\b")
_ORGANISATION = "org:"
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "pl", "nl")  # whose words the table has
_TO = ("to", "will")
_FORMS_OF_FIRMS = ("legal", "company-tail", "firm-part")

Sort = Literal["anybody", "firm", "party", "club"]


class _Telling(NamedTuple):
    """The kinds of words that tell a name by standing behind it, and before it."""

    behind: Sequence[str]
    before: Sequence[str]


_TELLING: Mapping[Sort, _Telling] = {
    "anybody": _Telling(("acting", "of-somebody", "campaigning", "playing"), ("acted-on", "played")),
    "firm": _Telling(("acting",), ("acted-on",)),
    "party": _Telling(("acting", "campaigning"), ()),
    "club": _Telling(("playing",), ("played",)),
}


def is_also_a_word(place: Place, reading: Reading) -> bool:
    """Whether what stands there is one word of the text's language, or, where that is not known, of any."""
    words = phrase_of(place.text)
    languages = (reading.language,) if reading.language else LANGUAGES
    return len(words) == 1 and any(words[0] in name_words(f"also-a-word-{language}") for language in languages)


def without_words(places: Sequence[Place], reading: Reading) -> Sequence[Place]:
    """The places of a name that is also a word, without those that may well be the word.

    A capital inside a sentence tells the name, and once it is told, so is every other place.
    """
    doubtful = [place for place in places if _has_capital_anyway(place, reading) and not acts(place, reading)]
    return places if len(doubtful) < len(places) else ()


def acts(place: Place, reading: Reading, sort: Sort = "anybody") -> bool:
    """Whether it has a capital and does, has, or is listed with, what only this sort is: "Target to cut jobs", "Target Corp"."""
    if not place.text[:1].isupper():
        return False
    behind, in_title_case = reading.text_after(place, _AROUND), reading.is_in_title_case(place)
    if not (in_title_case or reading.is_in_capitals(place)) and _is_among_names(behind):
        return True
    told = _told_behind(behind, sort)
    if told is not None:
        return told
    if in_title_case or not _BEFORE.search(reading.text_before(place, _AROUND)):
        return False
    return _is_one_of(reading.word_before(place) or "", _TELLING[sort].before)


def _told_behind(behind: str, sort: Sort) -> bool | None:
    """What the next words say of it; None where they say nothing."""
    if sort in ("anybody", "club") and _SCORE.match(behind):
        return True
    found = _NEXT.match(behind)
    if found is None:
        return None
    first, second = (phrase_of(each or "") for each in found.groups())
    if first and _is_one_of(first[0], _TELLING[sort].behind):
        return True
    if first and second and first[0] in _TO and sort != "club" and second[0] in name_words("acting-to"):
        return True
    if found[1][0].isupper():  # Target Field is another's
        return sort in ("anybody", "firm") and bool(first) and _is_one_of(first[-1], _FORMS_OF_FIRMS)
    return None


def _is_among_names(behind: str) -> bool:
    """Whether it has something with a name, Apple's Vision Pro, or is listed with an organisation: Visa, Mastercard settle."""
    beside = _BESIDE.match(behind)
    return bool(_OWNS.match(behind)) or (beside is not None and (find_actor(beside[1]) or "").startswith(_ORGANISATION))


def _is_one_of(word: str, kinds: Iterable[str]) -> bool:
    return any(word in name_words(kind) for kind in kinds)


def _has_capital_anyway(place: Place, reading: Reading) -> bool:
    if place.field in METADATA or (place.text.isupper() and not reading.is_in_capitals(place)):
        return False  # what is known about the article, and acronyms
    if reading.begins_sentence(place) or reading.is_in_title_case(place) or reading.is_in_capitals(place):
        return True
    return bool(_OPENING.search(reading.text_before(place, _AROUND)))
