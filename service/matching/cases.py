"""The endings that Slavic, German and Korean grammar hang on a name."""

from __future__ import annotations

from functools import lru_cache

import regex

Spelling = tuple[str, bool]  # a word in normal form, and whether letters may follow it

_SHORTEST_INFLECTED = 4
_LONGEST_FURTHER = 6
_SHORTEST_STEM = 5  # of a Cyrillic adjective or a long noun: a shorter one begins other words

_LATIN = regex.compile(r"[a-z]+")
_CYRILLIC = regex.compile(r"\p{Cyrillic}+", regex.V1)
_HANGUL = regex.compile(r"\p{Hangul}+", regex.V1)
_GREEK = regex.compile(r"\p{Greek}+", regex.V1)
_WITH_ENDINGS = regex.compile(r"[\p{Georgian}]+|[\p{Bengali}\p{M}]+", regex.V1)  # written as one with a name
_GEORGIAN_VOWELS = "აეიოუ"
_ADJECTIVE = regex.compile(r"(?P<stem>\w{2,}(?:sk|ck|dzk|ськ|цьк|ск|цк))(?:y|i|yi|iy|yy|ii|ij|yj|a|aya|aja|ий|ій|ый|ой|а|ая|ой)")

_AFTER_CONSONANT = "a u owi em iem ie om e s ov ova"
_AFTER_VOWEL = "go mu m ego emu s"
# Of Lithuanian, Finnish and Estonian, Hungarian, Albanian: Trumpas, Trumpin, Trumpile, Trumpnak, Trumpit.
_FURTHER_AFTER_CONSONANT = "as o ui is io iui i in ia ista illa ille ilta iin il ile ilt iga ist it nak nek ot tol nal nel hoz"
_FURTHER_AFTER_VOWEL = "n a ta sta lla lle lta ssa l le lt ga st nak nek t val vel tol hoz ja jai"
# Words of their own that these would make: men's, hardly, raisins, deep.
_NO_CASES = (
    "musko muski tuskin rutten ruttet modiga noemi derin deria derita deriga raisin messia galanta mirano hocken lokken lokket mladici"
    " zemini ressalta kiiras tutun tutulta tutut lungul temeri temerile jerit vonnis hanyut warnen warnet brini miliki nadali fidani"
    " assado dimoni dimonis adanin karkit pegulat"
)
_OTHER_WORDS = frozenset(_NO_CASES.split())
_LATIN_VOWELS = "aeiouy"
_FOR_SHORT = "a owi em iem u e"
_LOSES_VOWEL = (("iec", "c"), ("ek", "k"), ("pawel", "pawl"))
_FOR_A = "a y i e o ie u ej as"  # instead of the final a

_CYRILLIC_ENDINGS = {
    "ый": "ый ого ому ым ом",
    "ий": "ий ого ому им ім его ему ия ию ием ии ія ію ієм",
    "ій": "ій ого ому им ія ію ієм ії",
    "ой": "ой ого ому ым ом оя ою",
    "а": "а ы и і е у ой ою",
    "я": "я и і ї ю ей ею єю е",
    "й": "й я ю ем єм е єві ї и",
    "ець": "ець ця цю цеві цем ці",
    "ь": "ь я ю ем е і ем ями",
    "о": "о а у ом ові і ою",
}
_CYRILLIC_VOWELS = "еуюиіыэєї"
_CYRILLIC_AFTER_CONSONANT = " а у ом ем е ым им ові і ы"


@lru_cache(maxsize=20_000)  # first names repeat
def inflections(word: str) -> tuple[Spelling, ...]:
    """The ways in which `word`, a name in normal form, stands in a sentence; the first is the word itself.

    Rutte: ruttego, ruttemu, ruttem; Зеленський: every word that begins with зеленськ. Words of scripts and lengths
    that these rules do not know come back alone.
    """
    if _HANGUL.fullmatch(word):
        return ((word, len(word) > 1),)
    if len(word) >= _SHORTEST_STEM and (_GREEK.fullmatch(word) or _WITH_ENDINGS.fullmatch(word)):
        return _of_other_scripts(word)
    if len(word) < _SHORTEST_INFLECTED or not (_LATIN.fullmatch(word) or _CYRILLIC.fullmatch(word)):
        return ((word, False),)
    adjective = _ADJECTIVE.fullmatch(word)
    if adjective and len(adjective["stem"]) >= _SHORTEST_STEM:
        return (word, False), (adjective["stem"], True)
    endings = _latin(word) if word.isascii() else _cyrillic(word)
    return tuple((form, False) for form in dict.fromkeys((word, *endings)))


def _of_other_scripts(word: str) -> tuple[Spelling, ...]:
    """Of a Greek, a Georgian or a Bengali name: Μητσοτάκης, Μητσοτάκη; კობახიძე, კობახიძემ."""
    if _GREEK.fullmatch(word):
        return (word, False), (word.removesuffix("σ"), True)
    stem = word.rstrip(_GEORGIAN_VOWELS)
    return (word, False), (stem if len(stem) >= _SHORTEST_INFLECTED else word, True)


def given_name_cases(word: str) -> tuple[str, ...]:
    """The cases of a first name that stand before a surname: Marka Ruttego, Марком Рютте."""
    return tuple(form for form, open_end in inflections(word) if not open_end)


@lru_cache(maxsize=4_000)
def further_cases(word: str) -> tuple[str, ...]:
    """The cases of a Latin name in languages that `inflections` leaves out, for they would make other names of most: of known ones only.

    None of a long name, of which a stem is looked for, and of a short one.
    """
    if not _SHORTEST_INFLECTED <= len(word) <= _LONGEST_FURTHER or not _LATIN.fullmatch(word):
        return ()
    endings = _FURTHER_AFTER_VOWEL if word[-1] in _LATIN_VOWELS else _FURTHER_AFTER_CONSONANT
    return tuple(form for ending in endings.split() if (form := word + ending) not in _OTHER_WORDS)


def stem_without_vowel(word: str) -> str | None:
    """What the cases of a Polish name share that lose its last vowel: Mark-a for Marek, Czarnk-iem for Czarnek."""
    found = (word.removesuffix(ending) + rest for ending, rest in _LOSES_VOWEL if word.endswith(ending))
    return next(found, None)


def _latin(word: str) -> list[str]:
    if word.endswith("a"):
        return [word[:-1] + ending for ending in _FOR_A.split()]
    short = stem_without_vowel(word)
    if short:
        return [short + case for case in _FOR_SHORT.split()] + [word + "s"]
    return [word + ending for ending in (_AFTER_VOWEL if word[-1] in "eiouy" else _AFTER_CONSONANT).split()]


def _cyrillic(word: str) -> list[str]:
    for ending, cases in _CYRILLIC_ENDINGS.items():
        if word.endswith(ending):
            return [word.removesuffix(ending) + case for case in cases.split()]
    if word[-1] in _CYRILLIC_VOWELS:
        return []  # Рютте, Шойгу: never inflected
    return [word + case for case in _CYRILLIC_AFTER_CONSONANT.split(" ")]
