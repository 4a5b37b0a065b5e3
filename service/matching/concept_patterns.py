"""A pattern of the concept table: how it is written down, and whether the words of a topic fit it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from service.matching.attached import bare_words
from service.matching.forms import OPEN_END
from service.matching.stems import other_numbers
from service.matching.text import Phrase, phrase_of

_UNSPACED = frozenset({"ja", "zh", "th"})  # a pattern is a run of characters, each of them a word to `phrase_of`
_ARTICLE_WORDS = "an the der die das den ein eine le la les l un une el los las il lo i gli o os as um uma het een"
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_NUMBERED = frozenset({"en", "fr", "es", "pt"})  # plurals end in -s
_PLURAL = 5  # letters of a word that may be one, or have one

Slot = tuple[str, ...]  # the ways one word of a pattern may be written


class Pattern(NamedTuple):
    """Consecutive words, each written in one of several ways; with `open_end` letters may follow the last.

    `telling`: the slots of words that a topic has to have. `cased`: only where it stands in capitals ("AI", for "ai" is a word
    in French). `weak`: it has other meanings too ("call"). `behind`: where but one word tells, the stop word behind it.
    `typed`: a topic is understood by it, but no article is looked for: "pay" is a verb, too.
    """

    slots: tuple[Slot, ...]
    telling: tuple[Slot, ...]
    open_end: bool
    cased: bool
    weak: bool
    language: str
    concept: str
    behind: Slot = ()
    typed: bool = False

    def phrases(self) -> Iterator[Phrase]:
        """Every way in which it may be written, in normal form."""
        return product(*self.slots)


class Fit(NamedTuple):
    """How many words a pattern covers, how many letters of the last are mere ending, and how well it fits beside others."""

    length: int
    ending: int
    rank: tuple[int, int, int, int, int]


def pattern_of(written: str, language: str, concept: str, stops: Collection[str], slot: Callable[[str, str], Slot]) -> Pattern:
    """The pattern that the table writes so, in a language with these stop words."""
    if written.isalpha() and language not in _UNSPACED:  # most are one plain word, and the table is long
        plain = (slot(written, language),)
        return Pattern(plain, () if written in stops else plain, False, False, False, language, concept)
    bare, open_end = written.strip("=?!*"), written.endswith("*")
    marks = written.partition(bare)[0]
    words = phrase_of(bare) if language in _UNSPACED else bare.split()
    slots = tuple([slot(word, language) for word in words])
    telling, behind = _telling(slots, stops)
    shared = slots if len(telling) == len(slots) else telling
    return Pattern(
        slots, shared, open_end and language not in _UNSPACED, "=" in marks, "?" in marks, language, concept, behind, "!" in marks
    )


def _telling(slots: tuple[Slot, ...], stops: Collection[str]) -> tuple[tuple[Slot, ...], Slot]:
    """What a topic has to have, and the stop word behind one that would tell alone.

    Only the language's own stop words may be missing: "no confidence" is not what "confidence" says. Nor does "dock" say
    what "in the dock" says.
    """
    places = [place for place, slot in enumerate(slots) if slot[0] not in stops]
    if len(places) != 1:
        return tuple([slots[place] for place in places]), ()
    (only,) = places
    before = [slot for slot in slots[:only] if slot[0] not in _ARTICLES]
    return (*before, slots[only]), () if before else slots[only + 1] if slots[only + 1 :] else ()


def slot_of(word: str, endings: Sequence[tuple[str, Slot]]) -> Slot:
    """The ways to write one word of a pattern; `endings` are the adjectives' of its language, each with the last letters of the stem."""
    if word.endswith("+"):
        stem = word[:-1]
        fitting = [suffixes for last_letters, suffixes in endings if not last_letters or stem[-1] in last_letters]
        return tuple([stem + suffix for suffix in fitting[-1]]) if fitting else (stem,)  # the rule for these very letters comes last
    before, _, rest = word.partition("{")
    inside, _, after = rest.partition("}")
    return tuple([before + choice + after for choice in inside.split("|")])


class TypedWord(NamedTuple):
    """A topic's word, itself and without little words that are written as one with it; `others`: its plural or singular."""

    own: Slot
    others: Slot


def typed_word(word: str) -> TypedWord:
    """A word of a topic, in the ways in which it may be read."""
    plain = word.isascii() and word.isalpha() and len(word) >= _PLURAL
    return TypedWord((word, *bare_words(word)), other_numbers(word) if plain else ())


def fit_of(pattern: Pattern, readings: Sequence[TypedWord], empty: Collection[int]) -> Fit | None:
    """How the first words fit; None if they do not. Words at `empty` may stand between the others, and say less.

    Of several words each may stand in its other number. One alone may not: "platforms" are often of social media, a platform is not.
    """
    *before, last = pattern.telling
    numbered = bool(before) and pattern.language in _NUMBERED
    places, others = [0], 0
    for slot in before:
        place = _place_of(slot, places[-1], readings, empty if places[1:] else (), numbered=numbered)
        if place is None:
            return None
        others += not _has(slot, readings[place].own)
        places.append(place + 1)
    place, left = places[-1], None
    while place < len(readings):
        left = _left_of(last, readings[place].own, open_end=pattern.open_end)
        if left is None and numbered and _has(last, readings[place].others):
            left, others = 0, others + 1
        if left is not None or not before or place not in empty:
            break
        place += 1
    if left is None or not _goes_on(pattern, place + 1, readings, empty):
        return None
    said = sum(each - 1 not in empty for each in places[1:]) + (place not in empty)
    return Fit(place + 1, left, (said, len(pattern.telling), -others, -left, len(pattern.telling) - len(pattern.slots)))


def _place_of(slot: Slot, start: int, readings: Sequence[TypedWord], empty: Collection[int], *, numbered: bool) -> int | None:
    for place in range(start, len(readings)):
        if _has(slot, readings[place].own) or (numbered and _has(slot, readings[place].others)):
            return place
        if place not in empty:
            break
    return None


def _has(slot: Slot, words: Slot) -> bool:
    return any(word in slot for word in words)


def _left_of(stems: Slot, words: Slot, *, open_end: bool) -> int | None:
    """How many letters more than one of the stems the word has; None if it has another beginning."""
    if _has(stems, words):
        return 0
    if not open_end:
        return None
    left = [len(word) - len(stem) for stem in stems for word in words if word.startswith(stem)]
    return min(left) if left and min(left) <= OPEN_END else None


def _goes_on(pattern: Pattern, place: int, readings: Sequence[TypedWord], empty: Collection[int]) -> bool:
    """Whether what follows the only word that tells is nothing, or its stop word: "promotion to" is no "promotion of"."""
    if not pattern.behind or place == len(readings):
        return True
    return place in empty and _has(pattern.behind, readings[place].own)
