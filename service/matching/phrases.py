"""Many phrases at once against one article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import regex

from service.matching.evaluation import Occurrences, Place
from service.matching.forms import OPEN_END
from service.matching.marks import CASED, OPEN, known_about, shapes_of
from service.matching.query import METADATA
from service.matching.text import Phrase, Word, words_of

_Key = TypeVar("_Key", str, int)

_PLACES = 1_000  # of one phrase in one field; hostile texts have more
_CACHED_WORDS = 100_000
_SITE = regex.compile(r"[a-z]*+://[^/?#]*+", regex.IGNORECASE)


class PhraseBook:
    """A multiset of phrases that can be found in texts, all in one pass over the words.

    Phrases may be marked (marks.py): plain ones are looked for in the text's fields, those of a metadata field only there.
    """

    def __init__(self, phrases: Iterable[Phrase] = ()) -> None:
        self._uses: dict[Phrase, int] = {}
        self._lengths: dict[str, dict[int, int]] = {}  # first word -> how many phrases of each length begin with it
        self._stems: dict[str, int] = {}  # last words with an open end, without their mark -> how many phrases end so
        self._open: dict[str, tuple[str, ...]] = {}  # a cache: word -> the stems that it goes on from, with their mark
        self._cased = 0  # phrases that mind capitals
        for phrase in phrases:
            self.add(phrase)

    def __len__(self) -> int:
        """How many different phrases there are."""
        return len(self._uses)

    def add(self, phrase: Phrase) -> None:
        """Look for `phrase` from now on; an empty one is nowhere found."""
        if not phrase:
            return
        uses = self._uses.get(phrase, 0)
        self._uses[phrase] = uses + 1
        if not uses:
            self._take_in(phrase, 1)

    def discard(self, phrase: Phrase) -> None:
        """Take back one `add`."""
        uses = self._uses.get(phrase, 0)
        if uses > 1:
            self._uses[phrase] = uses - 1
        elif uses:
            del self._uses[phrase]
            self._take_in(phrase, -1)

    def uses(self, phrase: Phrase) -> int:
        """How often `phrase` was added."""
        return self._uses.get(phrase, 0)

    def find(self, fields: Mapping[str, str]) -> Occurrences:
        """Where each phrase stands in the article; `fields` come in order of weight. No phrase runs from one field to the next.

        An article is of its `source` by that name, or by the site of its `url`.
        """
        found: dict[Phrase, list[Place]] = {}
        for rank, (field, text) in enumerate(fields.items()):
            words = words_of(text)
            for items in self._readings(field, text, words):
                here: dict[Phrase, list[Place]] = {}
                for phrase, first in self._find_in(items):
                    places = here.setdefault(phrase, [])
                    if len(places) < _PLACES:
                        last = first + len(phrase) - 1
                        start, end = words[first].start, words[last].end
                        places.append(Place(rank, start, end, field, text[start:end], first, last))
                for phrase, places in here.items():
                    found.setdefault(phrase, []).extend(places)
        return found

    def _readings(self, field: str, text: str, words: Sequence[Word]) -> Iterator[Phrase]:
        """The words in each way that a phrase may be marked."""
        readings = [tuple(word.form for word in words)]
        if self._cased:
            readings.append(shapes_of(text, words))
        if field not in METADATA:
            yield from readings
            return
        for reading in readings:
            yield known_about(field, reading)
            if field == "url" and (site := _SITE.match(text)):
                yield known_about("source", reading[: sum(word.end <= site.end() for word in words)])

    def _find_in(self, items: Phrase) -> Iterator[tuple[Phrase, int]]:
        stems = self._stems
        for first, item in enumerate(items):
            for length in self._lengths.get(item, ()):
                phrase = items[first : first + length]
                if len(phrase) == length:
                    if phrase in self._uses:
                        yield phrase, first
                    if stems and length > 1:
                        yield from ((each, first) for end in self._open_ends(phrase[-1]) if (each := (*phrase[:-1], end)) in self._uses)
            if stems:
                yield from ((each, first) for end in self._open_ends(item) if (each := (end,)) in self._uses)

    def _open_ends(self, item: str) -> tuple[str, ...]:
        known = self._open.get(item)
        if known is None:
            if len(self._open) >= _CACHED_WORDS:
                self._open.clear()
            shortest = max(1, len(item) - OPEN_END)
            known = tuple(item[:length] + OPEN for length in range(shortest, len(item) + 1) if item[:length] in self._stems)
            self._open[item] = known
        return known

    def _take_in(self, phrase: Phrase, one: int) -> None:
        """Count a phrase that is new (one = 1) or gone (one = -1)."""
        if phrase[-1].endswith(OPEN):
            _count(self._stems, phrase[-1].removesuffix(OPEN), one)
            self._open.clear()
        if len(phrase) > 1 or not phrase[-1].endswith(OPEN):
            lengths = self._lengths.setdefault(phrase[0], {})
            _count(lengths, len(phrase), one)
            if not lengths:
                del self._lengths[phrase[0]]
        self._cased += one * any(CASED in item for item in phrase)


def _count(counts: dict[_Key, int], key: _Key, one: int) -> None:
    counts[key] = counts.get(key, 0) + one
    if not counts[key]:
        del counts[key]
