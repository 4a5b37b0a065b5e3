"""An article, read once: where any phrase stands in it, in which sentence, and what it counts there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from service.matching.fields import Field, fields_of, lines_of
from service.matching.forms import OPEN_END
from service.matching.inner_words import InnerWords
from service.matching.marks import CASED, JOINED, OPEN, comes_after, in_any_case, shapes_of
from service.matching.text import Phrase

HEAD = 3

_PAIR = 2
_PLACES = 1_000  # of one word in one field; hostile texts have more
_STARTS = 400  # where a phrase of several words may stand: its rarest pair is in no news text so often
_BEHIND_ALL = "\U0010ffff"  # no word has it
_MANY_STARTS = 50  # of its rarest word: to look at each takes longer than to look for pairs


class Place(NamedTuple):
    """Where a phrase stands; `rank` is its field's: 0 for the title. Places sort in reading order.

    `start` and `end` are code points of the field, `first` and `last` its words, counted from 0.
    """

    rank: int
    start: int
    end: int
    field: str
    text: str
    first: int
    last: int


class Reading:
    """The words of an article's `fields`, which come in order of weight. No phrase runs from one field to the next.

    What is asked for is looked up when it is asked, and remembered, so a reading costs what the rules want to know.
    A Korean noun is found with its particles, too, as the last word of a phrase: 나토 stands in 나토는. Each word of a Hebrew or an
    Arabic phrase is found behind little words, too, and of a Persian one before endings: עזה stands in בעזה.
    An article is of its `source` by that name, or by the site of its `url`.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = list(fields_of(fields))
        self._lines = [line for field in self._fields for line in lines_of(field)]
        self._items = [line.items for line in self._lines]
        self._at: dict[str, list[tuple[int, int]]] = {}
        self.inner = InnerWords(self._lines)
        self._inner = self.inner.at
        self._places: dict[Phrase, Sequence[Place]] = {}
        self._sorted: list[str] | None = None
        self._followed: dict[Phrase, list[tuple[int, int]]] | None = None  # where each two words stand side by side
        self._heads: Set[str] | None = None
        self._pairs: Set[Phrase] | None = None
        self._file()

    @cached_property
    def language(self) -> str:
        """The article's, as its first two letters; empty where it is not known."""
        return next((field.text.strip().lower()[:2] for field in self._fields if field.name == "lang"), "")

    @property
    def lines(self) -> Sequence[Phrase]:
        """The words of each field, title first; what is known about the article is marked as such."""
        return self._items

    @property
    def at(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Each different word of the lines, and where it stands: in which line, as which of its words."""
        return self._at

    @property
    def pairs(self) -> Set[Phrase]:
        """Each two words that stand side by side."""
        if self._pairs is None:
            self._pairs = {pair for line in self._items for pair in pairwise(line)}
        return self._pairs

    @property
    def heads(self) -> Set[str]:
        """The first letters of all words, HEAD of them."""
        if self._heads is None:
            self._heads = {word[:HEAD] for word in (*self._at, *self._inner)}
        return self._heads

    def places(self, phrase: Phrase) -> Sequence[Place]:
        """Where `phrase`, marked or not, stands, in reading order; an empty one stands nowhere."""
        if not phrase or not self._may_begin(phrase[0]):
            return ()
        known = self._places.get(phrase)
        if known is None:
            known = self._places[phrase] = self._find(phrase)
        return known

    def _may_begin(self, item: str) -> bool:
        """Whether a phrase that begins so may stand somewhere: most that are asked for do not."""
        return item in self._at or item in self._inner or item.endswith(OPEN) or CASED in item

    def has(self, hint: Phrase) -> bool:
        """Whether a phrase stands somewhere, or, if it asks for what comes before its word, such a pair of words."""
        item = hint[0]
        if JOINED in item:
            beginning, _, word = item.partition(JOINED)
            return any(at and self._comes_after(self._items[line][at - 1], beginning) for line, at in self._starts((word,)))
        if len(hint) > 1 or CASED in item:
            return bool(self.places(hint))
        return item in self._at or item in self._inner or (item.endswith(OPEN) and bool(self._going_on(item[:-1])))

    def sentence_of(self, place: Place) -> int:
        """The number of the sentence in which it stands: 0 is the title, then on through lede and body."""
        return self._fields[place.rank].sentence_of(place.first)

    def standing(self, place: Place) -> tuple[int, int]:
        """The number of its sentence, and how deep in lede and body it stands, in words before it."""
        field = self._fields[place.rank]
        return field.sentence_of(place.first), field.depth_of(place.first)

    def word_before(self, place: Place) -> str | None:
        """The word that stands before it in its field."""
        return self._fields[place.rank].items[place.first - 1] if place.first else None

    def is_in_small_letters(self, place: Place) -> bool:
        """Whether its whole field is, so that names are, too."""
        return self._fields[place.rank].is_in_small_letters

    def is_in_capitals(self, place: Place) -> bool:
        """Whether its whole field is, so that acronyms look like words."""
        return self._fields[place.rank].is_in_capitals

    def is_in_title_case(self, place: Place) -> bool:
        """Whether it stands in a title in which nearly all words have capitals."""
        return self._fields[place.rank].is_in_title_case(place.first, place.last)

    def begins_sentence(self, place: Place) -> bool:
        """Whether it stands at the beginning of one."""
        sentences = self._fields[place.rank].sentences
        number = bisect_left(sentences, place.first)
        return number < len(sentences) and sentences[number] == place.first

    def text_before(self, place: Place, most: int) -> str:
        """Up to so many characters of its field before it."""
        return self._fields[place.rank].text[max(0, place.start - most) : place.start]

    def text_after(self, place: Place, most: int) -> str:
        """Up to so many characters of its field behind it."""
        return self._fields[place.rank].text[place.end : place.end + most]

    def with_words_before(self, place: Place, start: int) -> Place:
        """The place and the words before it, from the one on that begins at this character or behind it."""
        field = self._fields[place.rank]
        first = bisect_left(field.spans, (start,))
        return _place(field, first, place.last - first + 1)

    def _file(self) -> None:
        at = self._at
        for number, line in enumerate(self._lines):
            for position, item in enumerate(line.items):
                if item in at:
                    at[item].append((number, position))
                else:
                    at[item] = [(number, position)]

    def _comes_after(self, before: str, beginning: str) -> bool:
        return any(comes_after(word, beginning) for word in (before, *self.inner.bare(before)))

    def _find(self, phrase: Phrase) -> Sequence[Place]:
        if CASED in "".join(phrase):
            return [place for place in self.places(in_any_case(phrase)) if self._is_written(place, phrase)]
        starts = self._starts(phrase)
        if not starts:
            return ()
        length, places, here = len(phrase), [], dict[int, int]()
        for number, first in starts:
            here[number] = here.get(number, 0) + 1
            if here[number] <= _PLACES:
                places.append(_place(self._lines[number].field, first, length))
        return tuple(sorted(places)) if len(places) > 1 else places

    def _is_written(self, place: Place, phrase: Phrase) -> bool:
        """Whether its words stand there with the capitals and accents that the phrase asks for."""
        field = self._fields[place.rank]
        *before, last = (item.rpartition(CASED)[2] for item in phrase)
        shapes = (shape.removeprefix(CASED) for shape in shapes_of(field.text, field.spans[place.first : place.last + 1]))
        *found, final = shapes
        return found == before and (final.startswith(last[:-1]) if last.endswith(OPEN) else final == last)

    def _starts(self, phrase: Phrase) -> Sequence[tuple[int, int]]:
        last, length = phrase[-1], len(phrase)
        if length == 1:
            return self._open_starts(last[:-1]) if last.endswith(OPEN) else self._word_starts(last)
        if self.inner.attached:
            return self._starts_behind(phrase)
        first, before = self._at.get(phrase[0], ()), phrase[:-1]
        pair_tells = length > _PAIR or not (last.endswith(OPEN) or last in self._inner)
        if not first or (pair_tells and phrase[:_PAIR] not in self.pairs):
            return ()
        few = len(first) <= _MANY_STARTS
        if last.endswith(OPEN):
            if self.inner.has_compounds:
                return self._with_end(phrase, self._open_starts(last[:-1]))
            starts = first if few else self._candidates(before, self._open_starts(last[:-1]))
            return [(line, at) for line, at in starts if _goes_on(self._lines[line].items[at : at + length], before, last[:-1])]
        lines, starts = self._items, first if few else self._candidates(phrase)
        found = [(line, at) for line, at in starts if lines[line][at : at + length] == phrase]
        if last not in self._inner:
            return found
        return [*found, *self._with_end(phrase, self._inner[last])]

    def _word_starts(self, word: str) -> Sequence[tuple[int, int]]:
        return [*self._at.get(word, ()), *self._inner[word]] if word in self._inner else self._at.get(word, ())

    def _starts_behind(self, phrase: Phrase) -> Sequence[tuple[int, int]]:
        """The same where little words may stand before each of its words."""
        *before, last = phrase
        starts = [*map(self._word_starts, before), self._open_starts(last[:-1]) if last.endswith(OPEN) else self._word_starts(last)]
        rarest = min(range(len(phrase)), key=lambda number: len(starts[number]))
        firsts = dict.fromkeys((line, at - rarest) for line, at in starts[rarest][:_STARTS] if at >= rarest)
        return [(line, at) for line, at in firsts if self._are_here(self._items[line][at : at + len(phrase)], phrase)]

    def _are_here(self, items: Phrase, phrase: Phrase) -> bool:
        if len(items) < len(phrase):
            return False
        *before, last = phrase
        ends = [
            word for word in (items[-1], *self.inner.last(items[-1])) if word == last or (last.endswith(OPEN) and _adds_to(word, last[:-1]))
        ]
        return bool(ends) and all(word == item or word in self.inner.bare(item) for word, item in zip(before, items, strict=False))

    def _candidates(self, words: Phrase, ends: Sequence[tuple[int, int]] | None = None) -> Sequence[tuple[int, int]]:
        """Where a phrase that begins with `words` may begin, told by the rarest of them, or by where its last word stands."""
        known: list[Sequence[tuple[int, int]]] = [self._at.get(word, ()) for word in words]
        rarest = min(range(len(words)), key=lambda number: len(known[number]))
        starts = known[rarest]
        if len(starts) > _MANY_STARTS and len(words) > 1:  # to look at each would take longer
            pairs: list[Sequence[tuple[int, int]]] = [self._pair_starts.get(pair, ()) for pair in pairwise(words)]
            rarest = min(range(len(pairs)), key=lambda number: len(pairs[number]))
            starts = pairs[rarest]
        if ends is not None and len(ends) < len(starts):
            rarest, starts = len(words), ends
        return [(line, at - rarest) for line, at in starts[:_STARTS] if at >= rarest]

    @property
    def _pair_starts(self) -> Mapping[Phrase, Sequence[tuple[int, int]]]:
        if self._followed is None:
            self._followed = {}
            for number, line in enumerate(self._lines):
                for at, pair in enumerate(pairwise(line.items)):
                    self._followed.setdefault(pair, []).append((number, at))
        return self._followed

    def _with_end(self, phrase: Phrase, ends: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where it begins if its last word stands at one of these places, maybe inside a word."""
        behind, before = len(phrase) - 1, phrase[:-1]
        first = self._at.get(phrase[0], ())
        starts = first if len(first) <= _MANY_STARTS else self._candidates(before, ends)
        known = {*ends}
        return [(line, at) for line, at in starts if (line, at + behind) in known and self._lines[line].items[at : at + behind] == before]

    def _open_starts(self, stem: str) -> Sequence[tuple[int, int]]:
        starts = [start for item in self._going_on(stem) for start in self._word_starts(item)]
        return list(dict.fromkeys(starts)) if self._inner else starts

    def _going_on(self, stem: str) -> Sequence[str]:
        """The words that begin so."""
        if self._sorted is None:
            self._sorted = sorted(self._at.keys() | self._inner.keys())
        first = bisect_left(self._sorted, stem)
        items = self._sorted[first : bisect_left(self._sorted, stem + _BEHIND_ALL, first)]
        metadata, longest = ":" in stem, len(stem) + OPEN_END
        return [item for item in items if len(item) <= longest and (":" in item) == metadata] if items else ()


def _goes_on(items: Phrase, before: Phrase, stem: str) -> bool:
    return len(items) > len(before) and items[:-1] == before and _adds_to(items[-1], stem)


def _adds_to(word: str, stem: str) -> bool:
    return word.startswith(stem) and len(word) <= len(stem) + OPEN_END


def _place(field: Field, first: int, length: int) -> Place:
    last = first + length - 1
    start, end = field.spans[first][0], field.spans[last][1]
    return Place(field.rank, start, end, field.name, field.text[start:end], first, last)
