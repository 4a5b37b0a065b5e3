"""Other ways to write a full name in its own letters: for short, in another order, with initials apart, without a patronymic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

import regex

from service.matching.name_parts import name_words
from service.matching.name_spellings import latin_first_names
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

_PATRONYMIC = regex.compile(r"\p{L}+(?:[oe]vich|[oei]vna|ich|овна|евна|ична|ович|евич|ьич|івна|ївна)")
_JAPANESE = regex.compile(r"(?:(?:[kgsztdnhbpmyrwjf]|sh|ch|ts|[kgnhbpmr]y)?[aeiou]|n(?![aeiou]))+")
_RUSSIAN = 3  # words of a name
_MOST_INITIALS = 3
_ARTICLES = ("al", "el")
_SHORTEST_JAPANESE = 4


def variants(person: Phrase) -> Iterator[Phrase]:
    """The names; `person` is a full name in normal form, without titles."""
    first, *between, surname = person
    if not between and _turns(first, surname):
        yield surname, first
    yield from ((other, *between, surname) for other in _same_names().get(first, ()))
    for at, word in enumerate(person[1:-1], start=1):
        if word in _ARTICLES:
            yield from ((*person[:at], *other, *person[at + 1 :]) for other in ((), *((each,) for each in _ARTICLES)) if other != (word,))
    initials = next((at for at, word in enumerate(person) if len(word) > 1), 0)
    as_one = "".join(person[:initials])
    if 1 < initials <= _MOST_INITIALS and phrase_of(as_one) == (as_one,):  # two Han characters stay two words
        yield as_one, *person[initials:]


def without_patronymic(person: Phrase) -> Phrase:
    """Vladimir Karpov, for Vladimir Petrovich Karpov; the name itself where the second of three words is none."""
    is_one = len(person) == _RUSSIAN and _PATRONYMIC.fullmatch(person[1])
    return (person[0], person[-1]) if is_one else person


def with_initials_apart(name: str) -> Phrase:
    """A. R. Rahman, for AR Rahman; nothing of a name that begins otherwise."""
    first, *others = name.split() or [""]
    is_initials = 1 < len(first) <= _MOST_INITIALS and all(letter.isupper() for letter in first) and others
    return phrase_of(" ".join((*first, *others))) if is_initials else ()


def _turns(first: str, surname: str) -> bool:
    """Whether a language that puts surnames first may write it so: Hungarian and Japanese."""
    hungarian = name_words("hungarian")
    if first in hungarian or surname in hungarian:
        return True
    return all(len(word) >= _SHORTEST_JAPANESE and _JAPANESE.fullmatch(word) for word in (first, surname))


@once
def _same_names() -> Mapping[str, Sequence[str]]:
    """A first name -> how else it is written in Latin letters."""
    table = files("service.matching").joinpath("data/actors/nicknames.txt").read_text("utf-8")
    groups = [line.split(",") for line in table.splitlines() if not line.startswith("#")]
    found: dict[str, dict[str, None]] = {}
    for group in (*groups, *latin_first_names()):
        words = dict.fromkeys(words[0] for name in group if len(words := phrase_of(name)) == 1)
        for word in words:
            found.setdefault(word, {}).update((other, None) for other in words if other != word)
    return {word: tuple(others) for word, others in found.items()}
