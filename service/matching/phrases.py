"""Many phrases at once against one article."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Generic, NamedTuple, TypeAlias, TypeVar, cast

from service.matching.forms import OPEN_END
from service.matching.marks import CASED, JOINED, OPEN, in_any_case
from service.matching.reading import HEAD, Reading
from service.matching.text import Phrase

_Owner = TypeVar("_Owner", bound=Hashable)
_Key = TypeVar("_Key", bound=Hashable)

_CACHED_WORDS = 20_000
_PAIR = 2
_HEADS = range(1, HEAD + 1)


class _Written(NamedTuple):
    """What owns the words of a phrase that minds capitals, in any case: the phrase, whose owners are asked only if they are there."""

    phrase: Phrase


_Filed: TypeAlias = "_Owner | _Written | list[_Owner | _Written]"
_Owners: TypeAlias = "Sequence[_Owner | _Written]"


class _Cache(Generic[_Owner]):
    """What is known of words that articles had: the owners of what they are, and of what asks for a word before them.

    The latter by how that word begins, and, if it is a bare initial, by that and a mark.
    """

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.owners: dict[str, _Owners[_Owner]] = {}  # of those of the words that have some
        self.joined: dict[str, Mapping[str, _Owners[_Owner]]] = {}  # likewise
        self._by_head: dict[str, list[str]] = {}  # the words by their first letters

    def missing(self, words: Set[str]) -> Set[str]:
        """Those of an article's words that are yet to be put in, for which room is made: all others may be forgotten."""
        missing = words - self.words
        if len(self.words) + len(missing) <= _CACHED_WORDS:
            return missing
        self.clear()
        return words

    def put(self, word: str, owners: _Owners[_Owner], joined: Mapping[str, _Owners[_Owner]]) -> None:
        """Remember a word."""
        self.words.add(word)
        self._by_head.setdefault(word[:HEAD], []).append(word)
        if owners:
            self.owners[word] = owners
        if joined:
            self.joined[word] = joined

    def forget(self, beginning: str) -> None:
        """Forget the words that begin so; all words where that is too short to tell."""
        if len(beginning) < HEAD:
            self.clear()
            return
        for word in self._by_head.pop(beginning[:HEAD], ()):
            self.words.discard(word)
            self.owners.pop(word, None)
            self.joined.pop(word, None)

    def clear(self) -> None:
        """Forget all words."""
        for each in (self.words, self.owners, self.joined, self._by_head):
            each.clear()


class PhraseBook(Generic[_Owner]):
    """Phrases, marked or not (marks.py), each with its owners, of which those that an article has are found in one pass over its words.

    The pass meets each different word of the article once, and each different pair of words; it looks at where they stand only
    if a longer phrase begins with the pair. Most phrases have one owner: it is filed as it is, several in a list.
    """

    def __init__(self) -> None:
        self._alone: dict[str, _Filed[_Owner]] = {}  # by the only item of a phrase
        self._longer: dict[Phrase, _Filed[_Owner]] = {}
        self._written: dict[Phrase, _Filed[_Owner]] = {}  # by phrases that mind capitals
        self._pairs_open: dict[str, int] = {}  # first word -> how many phrases of it and a word with an open end there are
        self._lengths: dict[Phrase, dict[int, int]] = {}  # first two words -> how many longer phrases of each length begin with them
        self._joined: dict[str, _Filed[str]] = {}  # word, or stem with its mark -> the phrases that ask for something before it
        self._stems: dict[str, int] = {}  # last words with an open end, without their mark -> how many phrases end so
        self._stem_lengths: dict[int, int] = {}  # how many stems are of each length
        self._ends: dict[str, tuple[str, ...]] = {}  # a cache: word -> the stems that it goes on from, with their mark
        self._cache: _Cache[_Owner] = _Cache()

    def __len__(self) -> int:
        """How many different phrases there are, those that mind capitals beside their words in any case."""
        return len(self._alone) + len(self._longer) + len(self._written)

    def add(self, phrase: Phrase, owner: _Owner) -> None:
        """Look for `phrase` from now on; an empty one is nowhere found."""
        if not any(CASED in item for item in phrase):
            self._add(phrase, owner)
        elif _file(self._written, phrase, owner):
            self._add(in_any_case(phrase), _Written(phrase))

    def discard(self, phrase: Phrase, owner: _Owner) -> None:
        """Take back one `add`."""
        if not any(CASED in item for item in phrase):
            self._discard(phrase, owner)
        elif _unfile(self._written, phrase, owner):
            self._discard(in_any_case(phrase), _Written(phrase))

    def present(self, reading: Reading) -> set[_Owner]:
        """The owners of the phrases that stand somewhere in the article."""
        found: set[_Owner | _Written] = set()
        longer = self._longer
        pairs = reading.pairs | reading.inner.pairs(reading.pairs)
        self._collect_single(reading, found)
        self._collect_joined(pairs, found)
        for phrase in self._longer_in(reading, pairs):
            if phrase in longer:
                found.update(_owners(longer[phrase]))
        for each in [each for each in found if isinstance(each, _Written)] if self._written else ():
            found.remove(each)
            if reading.places(each.phrase):
                found.update(_owners(self._written[each.phrase]))
        return cast("set[_Owner]", found)

    def _add(self, phrase: Phrase, owner: _Owner | _Written) -> None:
        self._forget(phrase)
        new = _file(self._longer, phrase, owner) if len(phrase) > 1 else bool(phrase) and _file(self._alone, phrase[0], owner)
        if new:
            self._take_in(phrase, 1)

    def _discard(self, phrase: Phrase, owner: _Owner | _Written) -> None:
        self._forget(phrase)
        gone = _unfile(self._longer, phrase, owner) if len(phrase) > 1 else bool(phrase) and _unfile(self._alone, phrase[0], owner)
        if gone:
            self._take_in(phrase, -1)

    def _collect_single(self, reading: Reading, found: set[_Owner | _Written]) -> None:
        """Those of the phrases of one item that ask for nothing before it."""
        cache, inner = self._cache, reading.inner.at
        words = reading.at.keys() | inner.keys() if inner else reading.at.keys()
        for word in cache.missing(words):  # of all at once: to make room for some would forget others of the same article
            self._learn(word)
        found.update(*[cache.owners[word] for word in words & cache.owners.keys()])

    def _collect_joined(self, pairs: Iterable[Phrase], found: set[_Owner | _Written]) -> None:
        """Those that do."""
        joined = self._cache.joined
        for before, word in pairs:
            if word in joined:
                owners = joined[word]
                for head in _heads(before):
                    if head in owners:
                        found.update(owners[head])

    def _learn(self, word: str) -> None:
        items = (word, *self._ends_of(word))
        owners = tuple(owner for item in items for owner in _owners(self._alone.get(item)))
        joined: dict[str, list[_Owner | _Written]] = {}
        for phrase in (cast("str", phrase) for item in items for phrase in _owners(self._joined.get(item))):
            beginning = phrase.partition(JOINED)[0]
            for head in (beginning, beginning[0] + JOINED):
                joined.setdefault(head, []).extend(_owners(self._alone[phrase]))
        self._cache.put(word, owners, joined)

    def _forget(self, phrase: Phrase) -> None:
        """What is cached of the words that a phrase of one item may stand in."""
        if len(phrase) == 1:
            self._cache.forget(phrase[0].rpartition(JOINED)[2].removesuffix(OPEN))

    def _longer_in(self, reading: Reading, pairs: Set[Phrase]) -> Iterator[Phrase]:
        """What may stand in the article of phrases of several words: its pairs of words, and what is longer behind those that begin so."""
        yield from pairs & self._longer.keys()
        for first, second in (pair for pair in pairs if pair[0] in self._pairs_open) if self._pairs_open else ():
            yield from ((first, end) for end in self._ends_of(second))
        for window in self._windows(pairs & self._lengths.keys(), reading):
            yield window
            yield from ((*window[:-1], end) for end in self._ends_of(window[-1]))

    def _windows(self, openings: Set[Phrase], reading: Reading) -> Set[Phrase]:
        """The words from one of these pairs on, in each of the lengths of phrases that begin so; a hostile text repeats its own."""
        if not openings:
            return set()
        opened = reading.inner.openings(openings, reading.lines)
        windows = {
            (*opening, *line[at + _PAIR : at + length])
            for line in reading.lines
            for at, pair in enumerate(pairwise(line))
            for opening in opened.get(pair, ())
            for length in self._lengths[opening]
            if at + length <= len(line)
        }
        return {each for window in windows for each in reading.inner.stretches(window)}

    def _ends_of(self, word: str) -> tuple[str, ...]:
        known = self._ends.get(word)
        if known is None:
            if len(self._ends) >= _CACHED_WORDS:
                self._ends.clear()
            lengths = range(max(1, len(word) - OPEN_END), len(word) + 1)
            known = tuple(stem + OPEN for length in lengths if length in self._stem_lengths and (stem := word[:length]) in self._stems)
            self._ends[word] = known
        return known

    def _take_in(self, phrase: Phrase, one: int) -> None:
        """Count a phrase that is new (one = 1) or gone (one = -1)."""
        last = phrase[-1]
        word = last.rpartition(JOINED)[2]
        if word != last:
            (_file if one > 0 else _unfile)(self._joined, word, last)
        if last.endswith(OPEN):
            stem = word.removesuffix(OPEN)
            if _count(self._stems, stem, one):
                _count(self._stem_lengths, len(stem), one)
                self._ends.clear()
        if len(phrase) == _PAIR and last.endswith(OPEN):
            _count(self._pairs_open, phrase[0], one)
        elif len(phrase) > _PAIR:
            lengths = self._lengths.setdefault(phrase[:_PAIR], {})
            _count(lengths, len(phrase), one)
            if not lengths:
                del self._lengths[phrase[:_PAIR]]


def _heads(word: str) -> Sequence[str]:
    """Under what a cache has the phrases that ask for such a word before theirs."""
    return [word[:length] for length in _HEADS] if len(word) > 1 else (word + JOINED,)


def _file(table: dict[_Key, _Filed[_Owner]], key: _Key, owner: _Owner | _Written) -> bool:
    """Add an owner; whether the key is new."""
    owners = table.get(key)
    if isinstance(owners, list):
        owners.append(owner)
    else:
        table[key] = owner if owners is None else [owners, owner]
    return owners is None


def _unfile(table: dict[_Key, _Filed[_Owner]], key: _Key, owner: _Owner | _Written) -> bool:
    """Take one owner away; whether the key is gone with it."""
    owners = table.get(key)
    if isinstance(owners, list):
        owners.remove(owner)
        if len(owners) == 1:
            table[key] = owners[0]
        return False
    if owners == owner:
        del table[key]
    return owners == owner


def _owners(filed: _Filed[_Owner] | None) -> Sequence[_Owner | _Written]:
    if filed is None:
        return ()
    return filed if isinstance(filed, list) else (filed,)


def _count(counts: dict[_Key, int], key: _Key, one: int) -> bool:
    """Whether the key is new or gone by it."""
    before = counts.get(key, 0)
    counts[key] = before + one
    if not counts[key]:
        del counts[key]
    return not before or not before + one
