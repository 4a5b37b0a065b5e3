"""Names between Latin, Cyrillic and Greek letters, as newspapers write them."""

from __future__ import annotations

from functools import lru_cache

import regex

from service.matching.letters import FROM_GREEK, TO_CYRILLIC, TO_LATIN, TO_THE_RUSSIAN, TO_THE_UKRAINIAN, Table

_ASCII = regex.compile(r"[a-z]+")
_CYRILLIC = regex.compile(r"[\p{Cyrillic}]+")
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
        *first, last = (_plain_ending(_written(word, table)) or word for table in TO_LATIN)
        return (*first, "y" + last if word[0] in "еє" else last)  # Yeltsin, beside Eltsin
    if _GREEK_WORD.fullmatch(word):
        return tuple(_written(word, table) or word for table in FROM_GREEK)
    return ()


@lru_cache(maxsize=20_000)
def sister_spellings(word: str) -> tuple[str, ...]:
    """A Cyrillic word as Russian writes it, if it is not Russian, and as Ukrainian does, if it may be. Others have none."""
    if not _CYRILLIC.fullmatch(word):
        return ()
    russian = in_russian(word)
    return (russian,) if russian != word else tuple({_written(word, TO_THE_UKRAINIAN)} - {word})


def in_russian(word: str) -> str:
    """A Cyrillic word with Russian letters alone: Вучић is Вучич, Шевченків stays but for its і."""
    return _written(word, TO_THE_RUSSIAN)


def _with_ending(word: str, letters: Table, endings: Table) -> str:
    for length in range(min(len(word) - 1, _LONGEST_ENDING), 0, -1):
        if word[-length:] in endings:
            return _written(word[:-length], letters) + endings[word[-length:]]
    return _written(word, letters)


def _written(word: str, table: Table) -> str:
    """The word by the table's letters and groups, the longest group first; a letter that the table has not stays."""
    longest = max(map(len, table))
    written, at = "", 0
    while at < len(word):
        piece = next((piece for length in range(longest, 0, -1) if (piece := word[at : at + length]) in table), word[at])
        written += table.get(piece, piece)
        at += len(piece)
    return written


def _plain_ending(form: str) -> str:
    """-skiy and -skyi are written -sky."""
    plain: str = regex.sub(r"(?<=sk|ck)(?:iy|yi|yy|ii|yj|ij)$", "y" if "w" not in form else "i", form)
    return plain
