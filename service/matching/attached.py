"""What is written as one with a word: before it in Hebrew and Arabic (באוקראינה, وأوكرانيا), behind it in Persian (موشک‌ها)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product

import regex

_SHORTEST = 3  # letters of what is left: a shorter word is found in too many others
_SHORTEST_BEHIND_THE = 2  # in Arabic, where hardly a word begins so by itself

# "And", "that" or "when", then "in", "to", "from", "as" or "the".
_HEBREW = tuple("".join(each) for each in product(("", "ו"), ("", "ש", "כש", "מש"), ("", "ב", "ל", "כ", "מ", "ה", "מה")))
# "And" or "so", then "in", "as" or "to", then "the"; of "to the" one letter is lost.
_ARABIC = tuple("".join(each) for each in product(("", "و", "ف"), ("", "ب", "ك", "ل"), ("", "ال")) if "لال" not in "".join(each))
_DOUBLE_VAV = "וו"  # a word that begins with one has two inside: בוועידה is ועידה
_TO_THE, _THE = ("لل", "ولل", "فلل"), "ال"
_FIRST_OF_HEBREW, _FIRST_OF_ARABIC = "ובלכמשה", "وفبكلا"

_WRITTEN = regex.compile("[א-תء-ي]")
_HEBREW_LETTER = regex.compile("[א-ת]")
_NOT_ARABIC = regex.compile("[پچژگکیٹڈڑںہھے]")  # Persian and Urdu, which write their little words apart
_ONLY_ARABIC = "ة"
# Of Persian, in normal form.
_PLURAL, _BEHIND_VOWEL = ("ها", "هاي", "هايي"), ("اي", "وي")


Inner = Callable[[str], tuple[str, ...]]


def inner_words_of(text: str) -> Inner | None:
    """What tells the words that a text's words may be without what is written as one with them; None in languages that do not write so."""
    if not _WRITTEN.search(text):
        return None
    is_persian = _NOT_ARABIC.search(text) and _ONLY_ARABIC not in text and not _HEBREW_LETTER.search(text)
    return without_endings if is_persian else bare_words


@lru_cache(maxsize=20_000)
def without_endings(form: str) -> tuple[str, ...]:
    """A Persian word in normal form without the ending of the plural, and, behind a vowel, of the genitive: موشك of موشكهاي."""
    plain = [form[: -len(ending)] for ending in _PLURAL if form.endswith(ending)]
    plain += [form[:-1]] if form.endswith(_BEHIND_VOWEL) else []
    return tuple(word for word in plain if len(word) >= _SHORTEST)


@lru_cache(maxsize=20_000)
def bare_words(form: str) -> tuple[str, ...]:
    """The words that a word in normal form may be behind little ones: a reading beside the word itself.

    They have three letters at least, behind the Arabic article two.
    באוקראינה is אוקראינה; וללבנון is ללבנון, לבנון and בנון. Of للناتو both ناتو and الناتو stand in it.
    """
    first = form[:1]
    if not first or first not in _FIRST_OF_HEBREW + _FIRST_OF_ARABIC:
        return ()
    prefixes = _HEBREW if first in _FIRST_OF_HEBREW else _ARABIC
    bare = [form[len(prefix) :] for prefix in prefixes if prefix and form.startswith(prefix) and _is_enough(prefix, form)]
    bare += [word[1:] for word in bare if word.startswith(_DOUBLE_VAV) and len(word) > _SHORTEST]
    for prefix in _TO_THE:
        if form.startswith(prefix) and len(form) - len(prefix) >= _SHORTEST:
            bare += [form[len(prefix) :], _THE + form[len(prefix) :]]
    return tuple(dict.fromkeys(bare))


def _is_enough(prefix: str, form: str) -> bool:
    return len(form) - len(prefix) >= (_SHORTEST_BEHIND_THE if prefix.endswith(_THE) else _SHORTEST)
