"""Names between Latin, Cyrillic and Greek letters, as newspapers write them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import regex

from service.matching.letters import FROM_GREEK, TO_CYRILLIC, TO_LATIN, TO_THE_RUSSIAN, TO_THE_UKRAINIAN, Table

_ASCII = regex.compile(r"[a-z]+")
_CYRILLIC = regex.compile(r"(?V1)[\p{Cyrillic}&&\p{L}]+")  # without Old Slavonic's letters above others: marks, which no other way has
_GREEK_WORD = regex.compile(r"[\p{Greek}]+")
_LONGEST_ENDING = 4


@lru_cache(maxsize=20_000)  # first names repeat
def other_script(word: str) -> tuple[str, ...]:
    """`word`, in normal form, as languages of other scripts write it; Latin and Greek as both write Latin and Cyrillic.

    From Latin: as Russian and Ukrainian write an English name, then one of the continent. From Cyrillic: as English (from Russian,
    from Ukrainian), Polish and German (from both), French, Spanish, Serbian and English with an x do. In this order, so that the
    words of a name can be put together. Approximate: names are written by sound, these tables go by letters. Nothing for a word of
    another script.
    """
    if _ASCII.fullmatch(word):
        return tuple(_with_ending(word, letters, endings) for letters, endings in TO_CYRILLIC)
    if _CYRILLIC.fullmatch(word):
        *first, last = (_plain_ending(table.write(word)) or word for table in TO_LATIN)
        return (*first, "y" + last if word[0] in "еє" else last)  # Yeltsin, beside Eltsin
    if _GREEK_WORD.fullmatch(word):
        return tuple(table.write(word) or word for table in FROM_GREEK)
    return ()


@lru_cache(maxsize=20_000)
def sister_spellings(word: str) -> tuple[str, ...]:
    """A Cyrillic word as Russian writes it, if it is not Russian, and as Ukrainian does, if it may be. Others have none."""
    if not _CYRILLIC.fullmatch(word):
        return ()
    russian = in_russian(word)
    return (russian,) if russian != word else tuple({TO_THE_UKRAINIAN.write(word)} - {word})


def in_russian(word: str) -> str:
    """A Cyrillic word with Russian letters alone: Вучић is Вучич, Шевченків stays but for its і."""
    return TO_THE_RUSSIAN.write(word)


def _with_ending(word: str, letters: Table, endings: Mapping[str, str]) -> str:
    for length in range(min(len(word) - 1, _LONGEST_ENDING), 0, -1):
        if word[-length:] in endings:
            return letters.write(word[:-length]) + endings[word[-length:]]
    return letters.write(word)


def _plain_ending(form: str) -> str:
    """-skiy and -skyi are written -sky."""
    plain: str = regex.sub(r"(?<=sk|ck)(?:iy|yi|yy|ii|yj|ij)$", "y" if "w" not in form else "i", form)
    return plain
