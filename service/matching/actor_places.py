"""The places of a state: what happens in Gaziantep happens in Turkey."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from service.matching.actor_tables import Spelling, read_places
from service.matching.cases import inflections
from service.matching.forms import Form
from service.matching.text import Phrase, phrase_of

PLACE = 0.58  # less than those who speak for the state: news of a town is seldom news of its country

_LATIN = regex.compile(r"[a-z]+")
_CYRILLIC = regex.compile(r"\p{Cyrillic}+", regex.V1)
_HANGUL = regex.compile(r"\p{Hangul}+", regex.V1)
_LONG = 6  # letters: a shorter name begins other words
_VOWELS = "aeoаяьоуыиеі"
_CONSONANTS, _CASES = "бвгджзклмнпрстфхцчшщ", ("", "а", "у", "ом", "е", "і")
_IN_HEBREW = "ב"  # written as one with the word


@lru_cache(maxsize=256)
def place_forms(code: str) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """The forms of the state's places: those that find it by themselves, and those that need context."""
    places = read_places().get(code, ())
    sure = dict.fromkeys(form for each in places if not each.unsure for form in _forms(each))
    unsure = dict.fromkeys(form for each in places if each.unsure for form in _forms(each))
    return tuple(sure), tuple(form for form in unsure if form not in sure)


def _forms(spelling: Spelling) -> Iterator[Form]:
    words = phrase_of(spelling.text)
    if spelling.open_end or spelling.exact or spelling.cased:
        yield Form(words, PLACE, "place", spelling.open_end, spelling.cased)
        return
    *before, last = words
    for word, open_end in _endings(last):
        yield Form((*before, word), PLACE, "place", open_end)
    if _is_hebrew(words):
        yield Form((_IN_HEBREW + words[0], *words[1:]), PLACE, "place")


def _endings(word: str) -> Iterator[tuple[str, bool]]:
    """One form with an open end for a long word; a short one has a form for each of its endings, if its script has such."""
    cyrillic = bool(_CYRILLIC.fullmatch(word))
    if _HANGUL.fullmatch(word):
        yield word, len(word) > 1
    elif cyrillic and (len(word) < _LONG or word.endswith("й")):
        yield from ((word + ending, False) for ending in _CASES) if word[-1] in _CONSONANTS else inflections(word)
    elif len(word) >= _LONG and (cyrillic or _LATIN.fullmatch(word)):
        yield word[:-1] if word[-1] in _VOWELS and len(word) > _LONG else word, True
    else:
        yield word, False


def _is_hebrew(words: Phrase) -> bool:
    return "\u05d0" <= words[0][0] <= "\u05ea"
