"""Ways to read what users type for a person: with a title and what stands before it, with more of the name, in another spelling."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from service.matching.name_parts import name_words
from service.matching.text import phrase_of

_IN_BRACKETS = regex.compile(r"^(.*\S)\s*[(（]([^()（）]+)[)）]\s*$")
_TITLES_BEHIND = ("大統領", "国家主席", "主席", "首相", "总统", "總統", "总理", "總理", "総理", "氏", "대통령", "총리", "위원장", "주석")
_COUNTRY = frozenset({"country", "nation", "state", "kraj", "land", "pays"})
_REALM = regex.compile(
    r"(?:the )?(?:(?!islamic state)[\p{L}']+ ){0,3}(?:republic|kingdom|sultanate|principality|federation|duchy) of (?:the )?(.+)",
    regex.IGNORECASE,
)
_STATE_OF = regex.compile(r"state of (?!georgia)(.+)", regex.IGNORECASE)
_OTHER_REALMS = frozenset({"republic of china", "democratic people's republic of korea"})  # Taiwan, and not the republic of that name
_ARABIC_ARTICLE = regex.compile(r"\b(?:(?:[ae]l|ul|a[dnrstz]|ash)[\-‑]|[ae]l )(?=\p{L})", regex.IGNORECASE)
_ARABIC_FAMILY = regex.compile(r" al[ \-‑]\p{L}+$", regex.IGNORECASE)  # Mohamed bin Zayed Al Nahyan
_UMLAUT_IN_FULL = regex.compile(r"(?<=[aou])e", regex.IGNORECASE)  # Soeder
_SHORTEST_SPANISH = 3  # words of a name with both surnames
_LONGEST_BEFORE = 4  # words before a title: EU Foreign Policy


def persons_in(name: str) -> Iterator[str]:
    """The names that a person may have whom a user called so, besides that itself; few have any."""
    parts = in_brackets(name)
    without = parts[0] if parts else name
    if parts and " " in without:
        yield without  # Angela Merkel (CDU)
    words = without.split()
    bare = ["".join(phrase_of(word)) for word in words]
    yield from _behind_title(words, bare)
    yield from (without.removesuffix(title).strip() for title in _TITLES_BEHIND if without.endswith(title))
    if len(words) > 1 and bare[-1] in name_words("suffix"):
        yield " ".join(words[:-1])
    if len(words) >= _SHORTEST_SPANISH and bare[0] in name_words("iberian") and words[-1].istitle():
        yield " ".join(words[:-1])  # Claudia Sheinbaum, of Claudia Sheinbaum Pardo
    for pattern in (_ARABIC_FAMILY, _ARABIC_ARTICLE, _UMLAUT_IN_FULL):
        shorter = pattern.sub("", without)
        if shorter and shorter != without:
            yield shorter


def in_brackets(name: str) -> tuple[str, str] | None:
    """What stands before brackets at the end, and in them: International Monetary Fund, IMF."""
    found = _IN_BRACKETS.match(name)
    return (found[1], found[2]) if found else None


def is_country(told: str) -> bool:
    """Whether what stands in brackets says that a state is meant: Georgia (country)."""
    return told.strip().casefold() in _COUNTRY


def states_in(name: str) -> Iterator[str]:
    """The state of a name in full: Federal Republic of Germany."""
    for pattern in (_REALM, _STATE_OF):
        found = pattern.fullmatch(name.strip())
        if found and name.strip().casefold() not in _OTHER_REALMS:
            yield found[1]


def _is_title(word: str) -> bool:
    *_before, last = phrase_of(word) or ("",)
    return last in name_words("title")


def _behind_title(words: list[str], bare: list[str]) -> Iterator[str]:
    """Lavrov, of Foreign Minister Lavrov; nobody of "wife of President Lavrov"."""
    titles = [at for at, word in enumerate(words[:-1]) if _is_title(word)]
    if titles and titles[-1] <= _LONGEST_BEFORE and name_words("of").isdisjoint(bare[: titles[-1]]):
        start = titles[-1] + 1
        yield " ".join(words[start:])
