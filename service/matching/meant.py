"""Which of the places where an article has a form are about the form's actor, and which about another, or about no actor at all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from itertools import accumulate

import regex

from service.matching.acting import is_also_a_word, without_words
from service.matching.forms import Form
from service.matching.name_parts import name_words
from service.matching.name_sounds import sound_alike
from service.matching.reading import Place, Reading
from service.matching.text import Phrase, phrase_of

_TAGS = ("#", "@", "/")  # of a hashtag, an account and an address, which have no capitals
_NAMES = ("name", "capital", "place")
_LONGEST_WORD = 20
_NEXT_WORD = regex.compile(r" (?:International |Memorial |National )?(\p{Lu}\p{L}+)")
_JOINS = (" ", "-", "\u00a0", "\u2011")  # what stands between a first name and a surname


def meant(form: Form, places: Sequence[Place], longer: Sequence[Phrase], given: Set[str] | None, reading: Reading) -> Sequence[Place]:
    """Those that are no part of `longer` phrases, and no common word; of a role, those of whoever still has it.

    Of a person of these `given` names, those that are no longer surname (Greenberg), name no school or ship, and follow nobody else's
    first name (Colin Powell). Of what is no person, those that are nobody's surname (Harrison Ford).
    """
    if longer:
        around = _Around(longer, reading)
        places = [place for place in places if place not in around]
    if form.named:
        names = [place for place in places if not _is_a_word(form, place, reading)]
        may_be_a_word = len(form.words) == 1 and names and (len(names) < len(places) or is_also_a_word(names[0], reading))
        places = without_words(names, reading) if may_be_a_word else names
    if form.cased and form.words[0] in name_words("word-in-capitals"):
        places = [place for place in places if not reading.is_in_capitals(place)]
    if form.kind == "role":
        places = [place for place in places if reading.word_before(place) not in name_words("former")]
    if given and form.words[0].isascii():
        if form.open_end:
            places = [place for place in places if not _is_longer_surname(form, place)]
        places = [place for place in places if not _is_called_after(form, place, given, reading)]
        if form.kind == "surname":
            places = [place for place in places if not _is_of_another(place, given, reading)]
    if given is None and form.kind in _NAMES and len(form.words) == 1:
        places = [place for place in places if not _is_of_another(place, frozenset(), reading)]
    return places


def _is_a_word(form: Form, place: Place, reading: Reading) -> bool:
    """Whether it is written small in a text that has capitals: no name, but for adjectives made of one (putinowski)."""
    *_before, word = place.text.split()
    if reading.text_before(place, 1) in _TAGS or not word.islower() or reading.is_in_small_letters(place):
        return False
    return not form.open_end or phrase_of(place.text) == form.words


def _is_longer_surname(form: Form, place: Place) -> bool:
    """Whether what follows the form makes another surname of it, as in Martinez, for Martin."""
    return phrase_of(place.text)[-1].removeprefix(form.words[-1]) in name_words("surname-ending")


def _is_of_another(place: Place, given: Set[str], reading: Reading) -> bool:
    """Whether a first name stands before the surname that is none of the person's, in whatever spelling or for short."""
    before = reading.word_before(place)
    if before is None or before not in name_words("first-name"):
        return False
    text = reading.text_before(place, len(before) + 1)
    if text[-1] not in _JOINS or phrase_of(text) != (before,):
        return False  # something else is between them
    return not any(before[:2] == own[:2] or sound_alike(before, own) for own in given)


def _is_called_after(form: Form, place: Place, given: Set[str], reading: Reading) -> bool:
    """Whether the full name is that of a place or a ship: Nelson Mandela University, USS Abraham Lincoln."""
    before = reading.word_before(place)
    if len(form.words) == 1 and before not in given:
        return False
    thing = _NEXT_WORD.match(reading.text_after(place, _LONGEST_WORD))
    return before in name_words("ship") or (thing is not None and thing[1].casefold() in name_words("called-after"))


class _Around:
    """Whether a place is inside one of the places of some phrases."""

    def __init__(self, phrases: Iterable[Phrase], reading: Reading) -> None:
        places = sorted([(place.rank, place.first, place.last) for phrase in phrases for place in reading.places(phrase)])
        self._firsts = [(rank, first) for rank, first, _last in places]
        self._reached = list(accumulate(((rank, last) for rank, _first, last in places), max))

    def __contains__(self, place: Place) -> bool:
        behind = bisect_right(self._firsts, (place.rank, place.first)) if self._firsts else 0
        return behind > 0 and self._reached[behind - 1] >= (place.rank, place.last)
