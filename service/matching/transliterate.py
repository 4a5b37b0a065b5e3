"""Names between Latin and Cyrillic letters, as newspapers write them (after BGN/PCGN 1947 and 2019, PN-ISO 9, Duden)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import regex

_SAME = dict(zip("абдезиклмнопрстуфы", "abdeziklmnoprstufy", strict=True))
_ENGLISH = {
    "в": "v",
    "ж": "zh",
    "й": "y",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "э": "e",
    "ю": "yu",
    "я": "ya",
    "ё": "e",
}
_UKRAINIAN = {"г": "h", "ґ": "g", "и": "y", "і": "i", "ї": "i", "є": "ie", "й": "i", "ю": "iu", "я": "ia"}
_POLISH = {"в": "w", "ж": "z", "й": "j", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "э": "e", "ю": "ju", "я": "ja", "ё": "io"}
_GERMAN = {"в": "w", "ж": "sch", "й": "i", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "э": "e", "ю": "ju", "я": "ja"}
_RUSSIAN_REST = {"г": "g", "ґ": "g", "і": "i", "ї": "yi", "є": "ye"}
_TO_LATIN: tuple[Mapping[str, str], ...] = (
    {**_SAME, **_ENGLISH, **_RUSSIAN_REST},
    {**_SAME, **_ENGLISH, **_UKRAINIAN},
    {**_SAME, **_POLISH, **_RUSSIAN_REST, "ї": "ji", "є": "je"},
    {**_SAME, **_GERMAN, **_RUSSIAN_REST, "ї": "ji", "є": "je"},
)

_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстувв*из", strict=True)) | {"x": "кс", "j": "дж", "y": "и"}
_GROUPS = {
    "shch": "щ", "szcz": "щ", "sch": "ш", "tch": "ч", "sh": "ш",
    "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "ph": "ф", "th": "т",
    "ck": "к", "cz": "ч", "sz": "ш", "ce": "се", "ci": "си",
    "qu": "кв", "ee": "и", "oo": "у", "ya": "я", "yu": "ю", "yo": "е", "ye": "е", "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй",
    "ia": "ия", "rh": "р", "wh": "у",
}  # fmt: skip
_TO_RUSSIAN = _LETTERS | _GROUPS
_TO_UKRAINIAN = _TO_RUSSIAN | {"ci": "сі", "h": "г", "i": "і", "y": "и", "ye": "є", "ia": "ія", "ee": "і", "g": "г"}
_ENDINGS = (
    ("sky", "ский", "ський"), ("skiy", "ский", "ський"), ("skyi", "ский", "ський"), ("skyy", "ский", "ський"), ("ski", "ский", "ський"),
    ("dzki", "дзкий", "дзький"), ("cki", "цкий", "цький"), ("iy", "ий", "ій"), ("yi", "ый", "ий"), ("y", "и", "і"),
)  # fmt: skip

_ASCII = regex.compile(r"[a-z]+")
_CYRILLIC = regex.compile(r"[\p{Cyrillic}]+")
_PIECES = regex.compile("|".join([*sorted(_GROUPS, key=len, reverse=True), "[a-z]"]))


@lru_cache(maxsize=20_000)  # first names repeat
def other_script(word: str) -> tuple[str, ...]:
    """`word`, in normal form, as Russian and Ukrainian (from Latin) or English, Polish and German (from Cyrillic) write it.

    In this order, so that the words of a name can be put together; the English is once from Russian, once from Ukrainian.
    Approximate: names are written by sound, these tables go by letters. Nothing for a word of another script.
    """
    if _ASCII.fullmatch(word):
        return _from_latin(word, _TO_RUSSIAN, 1), _from_latin(word, _TO_UKRAINIAN, 2)
    if _CYRILLIC.fullmatch(word):
        forms = ("".join(table.get(letter, "") for letter in word) for table in _TO_LATIN)
        return tuple(_plain_ending(form) or word for form in forms)
    return ()


def _from_latin(word: str, table: Mapping[str, str], column: int) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending[0]) and len(word) > len(ending[0]):
            return _pieces(word.removesuffix(ending[0]), table) + ending[column]
    return _pieces(word, table)


def _pieces(word: str, table: Mapping[str, str]) -> str:
    return "".join(table[piece] for piece in _PIECES.findall(word))


def _plain_ending(form: str) -> str:
    """-skiy and -skyi are written -sky."""
    plain: str = regex.sub(r"(?<=sk|ck)(?:iy|yi|yy|ii|yj|ij)$", "y" if "w" not in form else "i", form)
    return plain
