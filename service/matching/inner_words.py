"""What stands inside an article's words and is one by itself: nouns that have particles, words behind little ones, those of compounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice, pairwise, product

import regex

from service.matching.attached import Inner, inner_words_of
from service.matching.compounds import compounds_of
from service.matching.fields import Line
from service.matching.particles import nouns_of
from service.matching.query import METADATA
from service.matching.text import Phrase

_HANGUL = regex.compile("[가-힣]")
_READINGS = 64  # of one stretch of words


class InnerWords:
    """Those of an article's lines; `at` tells where they stand: in which line, inside which of its words."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.at: dict[str, list[tuple[int, int]]] = {}
        self.attached: Inner | None = None  # tells what words are without what is written as one with them
        language = next((line.field.text for line in lines if line.field.name == "lang"), "")
        self._compounds = compounds_of(language)
        for number, line in enumerate(lines):
            text = line.field.text
            if line.field.name not in METADATA and (self._compounds or not text.isascii()):
                self._file_line(number, line, text)

    @property
    def has_compounds(self) -> bool:
        """Whether the article is of a language that writes several words as one."""
        return self._compounds is not None

    def bare(self, item: str) -> tuple[str, ...]:
        """What a word may be besides itself where others of its phrase come behind it."""
        return self.attached(item) if self.attached else ()

    def last(self, item: str) -> tuple[str, ...]:
        """What it may be as the last word of a phrase."""
        parts = self._compounds(item) if self._compounds else ()
        return (*self.bare(item), *nouns_of(item), *parts)

    def pairs(self, pairs: Set[Phrase]) -> Set[Phrase]:
        """What else the article's pairs of words may be."""
        if not self.at:
            return frozenset()
        return {each for first, second in pairs for each in product((first, *self.bare(first)), (second, *self.last(second)))}

    def openings(self, openings: Set[Phrase], lines: Sequence[Phrase]) -> Mapping[Phrase, Sequence[Phrase]]:
        """The article's pairs of words -> those of the openings that they are, or may be."""
        if not self.attached:
            return {pair: (pair,) for pair in openings}
        opened: dict[Phrase, list[Phrase]] = {}
        for pair in {pair for line in lines for pair in pairwise(line)}:
            first, second = ((word, *self.bare(word)) for word in pair)
            for opening in openings & {*product(first, second)}:
                opened.setdefault(pair, []).append(opening)
        return opened

    def stretches(self, window: Phrase) -> Iterator[Phrase]:
        """Some words of the article, and what else they may be but for the first two."""
        if not self.at:
            yield window
            return
        first, second, *between, last = window
        choices = [(word, *self.bare(word)) for word in between]
        yield from islice(product((first,), (second,), *choices, (last, *self.last(last))), _READINGS)

    def _file_line(self, number: int, line: Line, text: str) -> None:
        kinds: list[Inner] = [nouns_of] if _HANGUL.search(text) else []
        if attached := inner_words_of(text):
            self.attached = attached
            kinds.append(attached)
        if self._compounds:
            kinds.append(self._compounds)
        for inner in kinds:
            for position, item in enumerate(line.items):
                for word in inner(item):
                    self.at.setdefault(word, []).append((number, position))
