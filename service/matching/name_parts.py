"""What the words of a name are: titles, particles, the surname, a legal form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import regex

from service.matching.text import Phrase, phrase_of

_SYLLABLES = regex.compile(
    r"(?:(?:[bcdfghjklmnpqrstwxyz]|ch|sh|zh|ts|kk|tt|pp|ss|jj)?[aeiou]*[aeiouyw][aeiou]*(?:ng|[nmklptrh](?![aeiouyw]))?){1,2}"
)


def surname_of(words: Phrase) -> Phrase:
    """The part of a person's full name, of two words or more, that an article uses alone; with its particle ("von der Leyen")."""
    if words[0] in name_words("family") and not _is_western(words):
        return words[:1]
    for number, word in enumerate(words[1:-1], start=1):
        if word in name_words("particle"):
            return words[number:]
    return words[-1:]


def untitled(words: Phrase) -> Phrase:
    """The name without the titles that come before it and "Jr" behind it; whole if nothing would be left."""
    start, end = 0, len(words)
    while start < end and words[start] in name_words("title"):
        start += 1
    while end > start + 1 and words[end - 1] in name_words("suffix"):
        end -= 1
    return words[start:end] or words


def without_legal_form(words: Phrase) -> Phrase:
    """A company's name without what headlines leave out, "Ltd" or "S.p.A."; whole if only words of things would be left."""
    end = len(words)
    while end > 1:
        letters = next((start for start in range(max(1, end - 3), end - 1) if _is_spelled(words[start:end])), None)
        if letters is not None:
            end = letters
        elif words[end - 1] in name_words("legal"):
            end -= 1
        else:
            break
    return words if set(words[:end]) <= name_words("thing") | name_words("article") else words[:end]


def turned(name: str) -> Iterator[str]:
    """Jane Ferriter, for "Ferriter, Jane"."""
    surname, comma, given = name.partition(",")
    words = phrase_of(given)
    if comma and words and "," not in given and phrase_of(surname) and words[-1] not in name_words("legal") | name_words("suffix"):
        yield f"{given.strip()} {surname.strip()}"


def _is_spelled(words: Phrase) -> bool:
    """Whether they are the letters of a legal form: S. A."""
    return all(len(word) == 1 for word in words) and "".join(words) in name_words("legal")


def _is_western(words: Phrase) -> bool:
    """Whether what is a family's name in Korea or China is a first name here: Kim Clijsters, Lee Evans."""
    return words[0] in name_words("western") and not all(map(_SYLLABLES.fullmatch, words[1:]))


@lru_cache(maxsize=64)  # more than there are kinds
def name_words(kind: str) -> frozenset[str]:
    """The words of one kind from the package's table: "title", "particle", "former" and so on."""
    table = files("service.matching").joinpath("data/actors/name_words.txt").read_text("utf-8")
    lines = (line.partition(": ") for line in table.splitlines())
    return frozenset(form for name, _, words in lines if name == kind for form in phrase_of(words))
