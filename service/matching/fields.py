"""The fields of an article: their words, and, once it is asked, where those and their sentences stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import regex

from service.matching.datelines import dateline_end
from service.matching.furniture import without_furniture
from service.matching.marks import known_about
from service.matching.query import METADATA
from service.matching.sentences import sentences_of
from service.matching.text import Phrase, Span, forms_of, spans_of

TITLE = "title"
MATCHED_WORDS = 8_000  # of one article: more than any prose of 32,000 characters, but a fourth of as much Chinese

_DATELINE = 1_000  # words that come before one, as it were: as weak as what stands deep in a text
_ABOUT = 500  # words of one field of what is known about it

_LONG_WORD = 4  # letters: shorter ones are small in a title that has capitals
_FEW = 5  # one in so many

_SITE = regex.compile(r"[a-z]*+://[^/?#]*+", regex.IGNORECASE)


class Field:
    """A field's words by their forms, and, once it is asked, where they stand."""

    def __init__(self, rank: int, name: str, text: str, before: Field | None, most: int) -> None:
        self.rank, self.name, self.text = rank, name, text
        self._read = without_furniture(text) if self._is_prose else text
        self.items = tuple(forms_of(self._read, most))
        self._before = before  # what is counted on from: the field before it of lede and body

    @cached_property
    def spans(self) -> Sequence[Span]:
        """Where its words stand in the text."""
        return spans_of(self._read, len(self.items))

    @cached_property
    def sentences(self) -> Sequence[int]:
        """The words that they begin with."""
        return sentences_of(self._read, self.items, self.spans)

    @cached_property
    def is_in_small_letters(self) -> bool:
        """Whether it all is, so that names are, too."""
        return self.text.islower()

    @cached_property
    def is_in_capitals(self) -> bool:
        """Whether it all is, so that acronyms look like words."""
        return self.text.isupper()

    def is_in_title_case(self, first: int, last: int) -> bool:
        """Whether nearly all words of a title besides these have capitals, so that theirs tells nothing."""
        if self.name != TITLE:
            return False
        others = (*self.spans[1:first], *self.spans[last + 1 :])
        words = [self.text[start] for start, end in others if end - start >= _LONG_WORD and self.text[start].isalpha()]
        return bool(words) and sum(each.islower() for each in words) * _FEW <= len(words)

    @cached_property
    def number(self) -> int:
        """That of its first sentence in the whole text, where the title is 0."""
        return self._before.number + len(self._before.sentences) if self._before else 1

    @cached_property
    def words_before(self) -> int:
        """How many there are of the lede and the body."""
        return self._before.words_before + len(self._before.items) if self._before else 0

    @cached_property
    def dateline(self) -> int:
        """How many of its words a dateline takes."""
        end = dateline_end(self.text) if self._is_prose else 0
        return sum(start < end for start, _end in self.spans[:end])

    @property
    def _is_prose(self) -> bool:
        return self.name != TITLE and self.name not in METADATA

    def depth_of(self, word: int) -> int:
        """How many words of lede and body come before the word; a dateline, which tells only where it was written, counts as deep."""
        return _DATELINE if word < self.dateline else self.words_before + word

    def sentence_of(self, word: int) -> int:
        """The number of the sentence in which the word stands; what is no lede or body is one with the title."""
        if not self._is_prose:
            return 0
        return self.number + bisect_right(self.sentences, word) - 1


class Line(NamedTuple):
    """The words of a field, marked where it tells what is known about the article."""

    field: Field
    items: Phrase


def fields_of(fields: Mapping[str, str]) -> Iterator[Field]:
    """The fields in their order, of which lede and body are counted through."""
    before: Field | None = None
    left = MATCHED_WORDS
    for rank, (name, text) in enumerate(fields.items()):
        counted = name != TITLE and name not in METADATA
        field = Field(rank, name, text, before if counted else None, _ABOUT if name in METADATA else left)
        left -= 0 if name in METADATA else len(field.items)
        before = field if counted else before
        yield field


def lines_of(field: Field) -> Iterator[Line]:
    """Its words; those of an address also as its source's."""
    if field.name not in METADATA:
        yield Line(field, field.items)
        return
    yield Line(field, known_about(field.name, field.items))
    if field.name == "url" and (site := _SITE.match(field.text)):
        yield Line(field, known_about("source", field.items[: sum(end <= site.end() for _start, end in field.spans)]))
