"""Ways to read what users type for a person: with a title and what stands before it, with more of the name, in another spelling."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from service.matching.name_parts import name_words
from service.matching.text import phrase_of

_BEHIND = regex.compile(r"\s*\([^()]*\)\s*$")  # Angela Merkel (CDU)
_ARABIC_ARTICLE = regex.compile(r"\b(?:(?:[ae]l|ul|a[dnrstz]|ash)[\-‑]|[ae]l )(?=\p{L})", regex.IGNORECASE)
_ARABIC_FAMILY = regex.compile(r" al[ \-‑]\p{L}+$", regex.IGNORECASE)  # Mohamed bin Zayed Al Nahyan
_UMLAUT_IN_FULL = regex.compile(r"(?<=[aou])e", regex.IGNORECASE)  # Soeder
_SHORTEST_SPANISH = 3  # words of a name with both surnames
_LONGEST_BEFORE = 4  # words before a title: EU Foreign Policy


def persons_in(name: str) -> Iterator[str]:
    """The names that a person may have whom a user called so, besides that itself; few have any."""
    without = _BEHIND.sub("", name)
    if without != name:
        yield without
    words = without.split()
    bare = ["".join(phrase_of(word)) for word in words]
    yield from _behind_title(words, bare)
    if len(words) > 1 and bare[-1] in name_words("suffix"):
        yield " ".join(words[:-1])
    if len(words) >= _SHORTEST_SPANISH and bare[0] in name_words("iberian") and words[-1].istitle():
        yield " ".join(words[:-1])  # Claudia Sheinbaum, of Claudia Sheinbaum Pardo
    for pattern in (_ARABIC_FAMILY, _ARABIC_ARTICLE, _UMLAUT_IN_FULL):
        shorter = pattern.sub("", without)
        if shorter and shorter != without:
            yield shorter


def _behind_title(words: list[str], bare: list[str]) -> Iterator[str]:
    """Lavrov, of Foreign Minister Lavrov; nobody of "wife of President Lavrov"."""
    titles = [at for at, word in enumerate(bare[:-1]) if word.removeprefix("ex") in name_words("title")]
    if titles and titles[-1] <= _LONGEST_BEFORE and name_words("of").isdisjoint(bare[: titles[-1]]):
        start = titles[-1] + 1
        yield " ".join(words[start:])
