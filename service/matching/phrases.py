"""Many phrases at once against one article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.matching.condition import Occurrences, Place
from service.matching.text import Phrase, Word, words_of


class PhraseBook:
    """A multiset of phrases that can be found in texts, all in one pass over the words."""

    def __init__(self, phrases: Iterable[Phrase] = ()) -> None:
        self._uses: dict[Phrase, int] = {}
        self._lengths: dict[str, dict[int, int]] = {}  # first word -> how many phrases of each length begin with it
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
            lengths = self._lengths.setdefault(phrase[0], {})
            lengths[len(phrase)] = lengths.get(len(phrase), 0) + 1

    def discard(self, phrase: Phrase) -> None:
        """Take back one `add`."""
        uses = self._uses.get(phrase, 0)
        if uses > 1:
            self._uses[phrase] = uses - 1
        elif uses:
            del self._uses[phrase]
            self._forget_length(phrase)

    def uses(self, phrase: Phrase) -> int:
        """How often `phrase` was added."""
        return self._uses.get(phrase, 0)

    def find(self, fields: Mapping[str, str]) -> Occurrences:
        """Where each phrase stands in the article; `fields` come in order of weight. No phrase runs from one field to the next."""
        found: dict[Phrase, list[Place]] = {}
        for rank, (field, text) in enumerate(fields.items()):
            words = words_of(text)
            for phrase, first in self._find_in(words):
                start, end = words[first].start, words[first + len(phrase) - 1].end
                found.setdefault(phrase, []).append(Place(rank, start, end, field, text[start:end]))
        return found

    def _find_in(self, words: Sequence[Word]) -> Iterator[tuple[Phrase, int]]:
        forms = [word.form for word in words]
        for first, form in enumerate(forms):
            for length in self._lengths.get(form, ()):
                phrase = tuple(forms[first : first + length])
                if len(phrase) == length and phrase in self._uses:
                    yield phrase, first

    def _forget_length(self, phrase: Phrase) -> None:
        lengths = self._lengths[phrase[0]]
        lengths[len(phrase)] -= 1
        if not lengths[len(phrase)]:
            del lengths[len(phrase)]
        if not lengths:
            del self._lengths[phrase[0]]
