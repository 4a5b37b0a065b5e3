"""How a person's name is spelled elsewhere: in other scripts, and in the other languages of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import chain, islice, product

import regex

from service.matching.once import once
from service.matching.text import Phrase, phrase_of
from service.matching.transliterate import other_script, sister_spellings

_IN_FULL = dict(zip("äöüøÄÖÜØåÅ", ["ae", "oe", "ue", "oe", "Ae", "Oe", "Ue", "Oe", "aa", "Aa"], strict=True))
_UMLAUT = regex.compile(f"[{''.join(_IN_FULL)}]")
_AMPERSAND, _AND = regex.compile(r"\s+&\s+"), regex.compile(r"(?<=\S)\s+and\s+(?=\S)", regex.IGNORECASE)

_MOST, _MOST_TRIED = 32, 256  # spellings of one name; many are the same


def spelled_in_full(name: str) -> Iterator[str]:
    """Mueller, for Müller, and "Smith and Wesson", for Smith & Wesson; and the other way round of that."""
    in_full = _UMLAUT.sub(lambda letter: _IN_FULL[letter[0]], name)
    if in_full != name:
        yield in_full
    if "&" in name:
        yield _AMPERSAND.sub(" and ", name)
    elif _AND.search(name):
        yield _AND.sub(" & ", name)


def names_elsewhere(person: Phrase) -> tuple[Phrase, ...]:
    """The full name as others write it: the first names by custom where there is one (Сергій is Sergei), all else by letter."""
    spelled = chain(_in_sister_languages(person), _in_other_scripts(person))
    return tuple(dict.fromkeys(islice(spelled, _MOST_TRIED)))[:_MOST]


def surname_elsewhere(word: str) -> tuple[str, ...]:
    """The surname, or another single word, as others write it."""
    return tuple(dict.fromkeys((*other_script(word), *sister_spellings(word))))


def _in_other_scripts(person: Phrase) -> Iterator[Phrase]:
    choices = [other_script(word) for word in person]
    if all(choices):
        for words in dict.fromkeys(zip(*choices, strict=False)):  # a name in mixed scripts has as many as both have
            yield from _with_customary_names(person, words, 0)


def _in_sister_languages(person: Phrase) -> Iterator[Phrase]:
    choices = [(word, *sister_spellings(word)) for word in person]
    for words in product(*(each[:2] for each in choices)):
        yield from (name for name in _with_customary_names(person, words, 1) if name != person)


def _with_customary_names(person: Phrase, spelled: Phrase, which: int) -> Iterator[Phrase]:
    """`spelled` with the customary spellings of those of `person` that are first names; which: elsewhere, or in its own script."""
    *given, _surname = person
    customary = [_customary().get(word, ((), ()))[which] or (spelled[at],) for at, word in enumerate(given)]
    yield from product(*customary, spelled[-1:])


@once
def _customary() -> Mapping[str, tuple[Sequence[str], Sequence[str]]]:
    """First name -> its spellings in the other script, and those in its own if that is Cyrillic."""
    found: dict[str, tuple[Sequence[str], Sequence[str]]] = {}
    for latin, cyrillic in _first_names():
        for name in latin:
            found.setdefault(name, (tuple(dict.fromkeys(cyrillic)), ()))
        for name in cyrillic:
            found.setdefault(name, (tuple(dict.fromkeys(latin)), tuple(dict.fromkeys(cyrillic))))
    return found


def latin_first_names() -> Iterator[Sequence[str]]:
    """Groups of Latin spellings of one first name."""
    return (latin for latin, _cyrillic in _first_names())


def _first_names() -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    table = files("service.matching").joinpath("data/actors/given_names.txt").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            latin, cyrillic = ([words[0] for name in cell.split(",") if len(words := phrase_of(name)) == 1] for cell in line.split("|"))
            yield latin, cyrillic
