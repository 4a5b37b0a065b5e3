"""Forms by how they begin: few of hundreds begin like a word of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from service.matching.forms import Form
from service.matching.marks import as_written, in_capitals, open_ended
from service.matching.reading import HEAD, Reading
from service.matching.text import Phrase

_Phrases = Sequence[tuple[Form, Phrase]]


class Beginnings(NamedTuple):
    """Forms with their phrases, by their first word, or, where that may go on, by its first letters; the shortest by nothing."""

    words: Mapping[str, _Phrases]
    heads: Mapping[str, _Phrases]
    short: _Phrases

    def found_in(self, reading: Reading) -> Iterator[tuple[Form, Phrase]]:
        """Those that begin like some word of the article."""
        for there in (reading.at, reading.inner.at) if reading.inner.at else (reading.at,):
            for word in self.words.keys() & there.keys():
                yield from self.words[word]
        if self.heads:
            for head in self.heads.keys() & reading.heads:
                yield from self.heads[head]
        yield from self.short


def beginnings_of(forms: Iterable[Form]) -> Beginnings:
    """The forms, filed."""
    words, heads, short = dict[str, list[tuple[Form, Phrase]]](), dict[str, list[tuple[Form, Phrase]]](), list[tuple[Form, Phrase]]()
    for form in filter(lambda form: form.words, forms):
        first, found = form.words[0], (form, phrase_of_form(form))
        if len(form.words) > 1 or not form.open_end:
            words.setdefault(first, []).append(found)
        elif len(first) >= HEAD:
            heads.setdefault(first[:HEAD], []).append(found)
        else:
            short.append(found)
    return Beginnings(words, heads, short)


def phrase_of_form(form: Form) -> Phrase:
    """The phrase, marked as the form asks."""
    if form.written:
        return as_written(form.written)
    phrase = in_capitals(form.words) if form.cased else form.words
    return open_ended(phrase) if form.open_end else phrase
