"""An article, read once: where any phrase stands in it, in which sentence, and what it counts there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex

from service.matching.forms import OPEN_END
from service.matching.marks import CASED, JOINED, OPEN, after_initial, in_any_case, known_about, shapes_of
from service.matching.particles import nouns_of
from service.matching.query import METADATA
from service.matching.sentences import sentences_of
from service.matching.text import Phrase, Word, words_of

TITLE = "title"

MATCHED_WORDS = 8_000  # of one article: more than any prose of 32,000 characters, but a fourth of as much Chinese
_ABOUT = 500  # words of one field of what is known about it
_PLACES = 1_000  # of one word in one field; hostile texts have more
_STARTS = 400  # where a phrase of several words may stand: its rarest pair is in no news text so often
_MANY_STARTS = 50  # of its rarest word: to look at each takes longer than to look for pairs
_HANGUL = regex.compile("[가-힣]")
_SITE = regex.compile(r"[a-z]*+://[^/?#]*+", regex.IGNORECASE)


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


class _Field(NamedTuple):
    rank: int
    name: str
    text: str
    words: Sequence[Word]
    sentences: Sequence[int]  # the words that they begin with; none of a metadata field
    number: int  # of its first sentence in the whole text, where the title is 0
    words_before: int  # of the lede and the body


class _Line(NamedTuple):
    """The words of a field, marked where it tells what is known about the article."""

    field: _Field
    items: Phrase


class Reading:
    """The words of an article's `fields`, which come in order of weight. No phrase runs from one field to the next.

    What is asked for is looked up when it is asked, and remembered, so a reading costs what the rules want to know.
    A Korean noun is found with its particles, too, as the last word of a phrase: 나토 stands in 나토는.
    An article is of its `source` by that name, or by the site of its `url`.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = list(_fields(fields))
        self._lines = [line for field in self._fields for line in _lines(field)]
        self._at: dict[str, list[tuple[int, int]]] = {}
        self._nouns: dict[str, list[tuple[int, int]]] = {}  # that a Korean word has with particles
        self._places: dict[Phrase, Sequence[Place]] = {}
        self._beginnings: dict[str, None] | None = None
        self._sorted: list[str] | None = None
        self._pairs: list[str] | None = None  # of an initial and the word behind it
        self._followed: dict[Phrase, list[tuple[int, int]]] | None = None  # where each two words stand side by side
        self._file()
        self._file_nouns()

    @property
    def lines(self) -> Sequence[Phrase]:
        """The words of each field, title first; what is known about the article is marked as such."""
        return [line.items for line in self._lines]

    @property
    def at(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Each different word of the lines, and where it stands: in which line, as which of its words."""
        return self._at

    @property
    def nouns(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """The nouns that Korean words are with particles, and where they stand."""
        return self._nouns

    @property
    def beginnings(self) -> Mapping[str, None]:
        """The stems that the words may go on from: each word without up to OPEN_END letters."""
        if self._beginnings is None:
            self._beginnings = {word[:end]: None for word in self._at for end in range(max(1, len(word) - OPEN_END), len(word) + 1)}
        return self._beginnings

    def places(self, phrase: Phrase) -> Sequence[Place]:
        """Where `phrase`, marked or not, stands, in reading order; an empty one stands nowhere."""
        known = self._places.get(phrase)
        if known is None:
            known = self._places[phrase] = self._find(phrase) if phrase else ()
        return known

    def has(self, hint: Phrase) -> bool:
        """Whether a phrase stands somewhere, or, if it asks for an initial before its word, such a pair of words."""
        if JOINED not in hint[0]:
            return bool(self.places(hint))
        if self._pairs is None:
            pairs = {after_initial(before[0], item) for line in self._lines for before, item in pairwise(line.items)}
            for noun, places in self._nouns.items():
                pairs.update(after_initial(self._lines[line].items[at - 1][0], noun) for line, at in places if at)
            self._pairs = sorted(pairs)
        wanted = hint[0].removesuffix(OPEN)
        at = bisect_left(self._pairs, wanted)
        return at < len(self._pairs) and (self._pairs[at].startswith(wanted) if hint[0].endswith(OPEN) else self._pairs[at] == wanted)

    def sentence_of(self, place: Place) -> int:
        """The number of the sentence in which it stands: 0 is the title, then on through lede and body."""
        field = self._fields[place.rank]
        return field.number + bisect_right(field.sentences, place.first) - 1 if field.number else 0

    def words_before(self, place: Place) -> int:
        """How many words of lede and body come before it."""
        return self._fields[place.rank].words_before + place.first

    def word_before(self, place: Place) -> str | None:
        """The word that stands before it in its field."""
        return self._fields[place.rank].words[place.first - 1].form if place.first else None

    def _file(self) -> None:
        at = self._at
        for number, line in enumerate(self._lines):
            for position, item in enumerate(line.items):
                if item in at:
                    at[item].append((number, position))
                else:
                    at[item] = [(number, position)]

    def _file_nouns(self) -> None:
        for number, line in enumerate(self._lines):
            text = line.field.text
            if not text.isascii() and line.field.name not in METADATA and _HANGUL.search(text):
                for position, item in enumerate(line.items):
                    for noun in nouns_of(item):
                        self._nouns.setdefault(noun, []).append((number, position))

    def _find(self, phrase: Phrase) -> Sequence[Place]:
        if any(CASED in item for item in phrase):
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
        shapes = (shape.removeprefix(CASED) for shape in shapes_of(field.text, field.words[place.first : place.last + 1]))
        *found, final = shapes
        return found == before and (final.startswith(last[:-1]) if last.endswith(OPEN) else final == last)

    def _starts(self, phrase: Phrase) -> Sequence[tuple[int, int]]:
        last, length = phrase[-1], len(phrase)
        if length == 1:
            if last.endswith(OPEN):
                return self._open_starts(last[:-1])
            return [*self._at.get(last, ()), *self._nouns[last]] if last in self._nouns else self._at.get(last, ())
        before = phrase[:-1]
        if last.endswith(OPEN):
            starts = self._candidates(before, self._open_starts(last[:-1]))
            return [(line, at) for line, at in starts if _goes_on(self._lines[line].items[at : at + length], before, last[:-1])]
        starts = self._candidates(phrase)
        found = [(line, at) for line, at in starts if self._lines[line].items[at : at + length] == phrase]
        return [*found, *self._with_particle(self._candidates(before, self._nouns[last]), phrase)] if last in self._nouns else found

    def _candidates(self, words: Phrase, ends: Sequence[tuple[int, int]] | None = None) -> Sequence[tuple[int, int]]:
        """Where a phrase that begins with `words` may begin, told by the rarest of them, or by where its last word stands."""
        known: list[Sequence[tuple[int, int]]] = [self._at.get(word, ()) for word in words]
        rarest = min(range(len(words)), key=lambda number: len(known[number]))
        starts = known[rarest]
        if len(starts) > _MANY_STARTS and len(words) > 1:
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

    def _with_particle(self, starts: Sequence[tuple[int, int]], phrase: Phrase) -> Iterator[tuple[int, int]]:
        ends, behind = {*self._nouns[phrase[-1]]}, len(phrase) - 1
        for line, at in starts:
            if (line, at + behind) in ends and self._lines[line].items[at : at + behind] == phrase[:-1]:
                yield line, at

    def _open_starts(self, stem: str) -> Sequence[tuple[int, int]]:
        if self._sorted is None:
            self._sorted = sorted(self._at)
        metadata = ":" in stem
        starts: list[tuple[int, int]] = []
        for number in range(bisect_left(self._sorted, stem), len(self._sorted)):
            item = self._sorted[number]
            if not item.startswith(stem):
                break
            if len(item) <= len(stem) + OPEN_END and (":" in item) == metadata:
                starts += self._at[item]
        return starts


def _goes_on(items: Phrase, before: Phrase, stem: str) -> bool:
    return len(items) > len(before) and items[:-1] == before and items[-1].startswith(stem) and len(items[-1]) <= len(stem) + OPEN_END


def _place(field: _Field, first: int, length: int) -> Place:
    last = first + length - 1
    start, end = field.words[first].start, field.words[last].end
    return Place(field.rank, start, end, field.name, field.text[start:end], first, last)


def _fields(fields: Mapping[str, str]) -> Iterator[_Field]:
    number, before, left = 1, 0, MATCHED_WORDS
    for rank, (name, text) in enumerate(fields.items()):
        words = words_of(text, _ABOUT if name in METADATA else left)
        left -= 0 if name in METADATA else len(words)
        if name == TITLE or name in METADATA:
            yield _Field(rank, name, text, words, (), 0, 0)
            continue
        sentences = sentences_of(text, words)
        yield _Field(rank, name, text, words, sentences, number, before)
        number, before = number + len(sentences), before + len(words)


def _lines(field: _Field) -> Iterator[_Line]:
    items = tuple([form for form, _start, _end in field.words])
    if field.name not in METADATA:
        yield _Line(field, items)
        return
    yield _Line(field, known_about(field.name, items))
    if field.name == "url" and (site := _SITE.match(field.text)):
        yield _Line(field, known_about("source", items[: sum(word.end <= site.end() for word in field.words)]))
