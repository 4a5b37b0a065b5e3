"""The stem of a word of unknown language: what stays when endings change."""

from __future__ import annotations

import regex

_SHORTEST = 5  # letters of a stem that others may follow: a shorter one begins too many other words
_SHORTEST_CYRILLIC = 4
_LONG_IN_Y = 8  # letters of a plural in -ies whose stem is long enough

# The commonest endings of inflected words, the longest first; those of derived words ("-ation") stay.
_LATIN = (
    "ings",
    "ami",
    "ach",
    "ego",
    "emu",
    "ych",
    "ymi",
    "ing",
    "ies",
    "ed",
    "es",
    "en",
    "er",
    "em",
    "om",
    "ow",
    "y",
    "s",
    "e",
    "a",
    "o",
    "i",
    "u",
)
_NO_PLURALS = ("ss", "us", "is")
_CYRILLIC = (
    *("ами", "ями", "ого", "его", "ому", "ему", "ыми", "ими", "ість", "ость"),
    *(
        "ах",
        "ях",
        "ов",
        "ев",
        "ей",
        "ый",
        "ий",
        "ой",
        "ая",
        "яя",
        "ое",
        "ее",
        "ые",
        "ие",
        "ую",
        "юю",
        "ою",
        "ею",
        "ым",
        "им",
        "ых",
        "их",
        "ом",
        "ем",
        "ам",
        "ям",
    ),
    *("ів", "їв", "а", "я", "о", "е", "у", "ю", "ы", "и", "і", "ї", "ь", "й", "є"),
)
# Of Greek, Georgian and Hindi, which end their nouns by case, too.
_OTHERS = {
    "Greek": ("ουσ", "ων", "οσ", "ου", "ον", "οι", "εσ", "ησ", "ασ", "εων", "α", "η", "ο", "ι", "ε"),
    "Georgian": ("ები", "ების", "ებს", "ებმა", "ებში", "ის", "მა", "ში", "ით", "ზე", "ი", "ა", "ე", "ს", "ო"),
    "Devanagari": ("ियों", "ियां", "ाओं", "ों", "ें", "ा", "ी", "े", "ो"),
    "Bengali": ("ের", "কে", "তে", "দের", "গুলো", "ে", "র", "ি", "া"),
    "Hangul": (),
    "Armenian": ("ների", "ներ", "ի", "ը", "ում", "ով"),
}
_SCRIPTS = {script: regex.compile(rf"[\p{{{script}}}\p{{M}}]+") for script in _OTHERS}
_SHORTEST_HANGUL = 2
_LATIN_WORD, _CYRILLIC_WORD = regex.compile(r"\p{Latin}+"), regex.compile(r"\p{Cyrillic}+")


def stem_of(word: str) -> tuple[tuple[str, bool], ...]:
    """Beginnings of `word`, in normal form, that its inflections share, each with whether letters may follow.

    Only in the scripts of languages that do so; none of a word too short to be told from others by its beginning.
    """
    if _LATIN_WORD.fullmatch(word):
        return (*_stems(word, _LATIN, _SHORTEST), *_with_y(word))
    if _CYRILLIC_WORD.fullmatch(word):
        return _stems(word, _CYRILLIC, _SHORTEST_CYRILLIC)
    script = next((script for script, words in _SCRIPTS.items() if words.fullmatch(word)), None)
    if script is None:
        return ()
    return _stems(word, _longest_first(script), _SHORTEST_HANGUL if script == "Hangul" else _SHORTEST_CYRILLIC)


def _longest_first(script: str) -> tuple[str, ...]:
    return tuple(sorted(_OTHERS[script], key=len, reverse=True))


def _stems(word: str, endings: tuple[str, ...], shortest: int) -> tuple[tuple[str, bool], ...]:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return ((word.removesuffix(ending), True),)
    if len(word) >= shortest:
        singular = ((word[:-1], False),) if endings is _LATIN and word.endswith("s") and not word.endswith(_NO_PLURALS) else ()
        return ((word, True), *singular)
    return tuple((each, False) for each in plural_and_singular(word)) if endings is _LATIN and len(word) > 2 else ()


def _with_y(word: str) -> tuple[tuple[str, bool], ...]:
    """Party of parties, and parties of party, which a beginning of five letters does not share."""
    if word.endswith("ies") and _SHORTEST <= len(word) < _LONG_IN_Y:
        return ((word[:-3] + "y", False),)
    is_plural = _SHORTEST - 1 <= len(word) < _LONG_IN_Y - 2 and word.endswith("y") and word[-2] not in "aeiou"
    return ((word[:-1] + "ies", False),) if is_plural else ()


def plural_and_singular(word: str) -> tuple[str, str]:
    """Both, of a word of Latin letters whose plural ends in -s, if it is one."""
    if word.endswith(_NO_PLURALS):
        return word + "es", word
    singular = word.removesuffix("s")
    return singular + "s", singular


def other_numbers(word: str) -> tuple[str, ...]:
    """The plurals of a singular and the singulars of a plural, as English, French and Spanish write them; some are no words."""
    if word.endswith(_NO_PLURALS):
        return (word + "es",)
    if word.endswith("ies"):
        return (word[:-3] + "y", word[:-1])
    if word.endswith("s"):
        return (word[:-1], word[:-2]) if word.endswith("es") else (word[:-1],)
    return (word[:-1] + "ies", word + "s") if word.endswith("y") and word[-2:-1] not in "aeiou" else (word + "s", word + "es")
