"""In which language an article is: what its letters, a classifier and its feed say, weighed together."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from service.domain.scripts import LANGUAGES_OF, Choices

Ranking = Mapping[str, float]  # a classifier's probabilities by language; empty where it has nothing to say

LANGUAGES = tuple(dict.fromkeys(language for languages in LANGUAGES_OF.values() for language in languages))

# Codes that mean the same language to a reader of news.
_SAME = {
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
    "sh": "sr",
    "fil": "tl",
    "cmn": "zh",
    "yue": "zh",
    "arb": "ar",
}
_SAME |= {"ckb": "ku", "kmr": "ku", "sdh": "ku", "pes": "fa", "prs": "fa", "swh": "sw", "zsm": "ms", "ekk": "et", "lvs": "lv"}
_SAME |= {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt", "ita": "it", "nld": "nl", "dut": "nl"}
_SAME |= {"pol": "pl", "rus": "ru", "ukr": "uk", "ces": "cs", "cze": "cs", "tur": "tr", "jpn": "ja", "zho": "zh", "chi": "zh", "kor": "ko"}
_SAME |= {"ara": "ar", "heb": "he", "hin": "hi", "fas": "fa", "per": "fa", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi", "hun": "hu"}

_NONE = frozenset({"", "und", "mul", "mis", "zxx"})

_CYRILLIC = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "ky": "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
    "mn": "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя",
    "tg": "абвгғдеёжзиӣйкқлмнопрстуӯфхҳчҷшъэюя",
    "tt": "аәбвгдеёжҗзийклмнңоөпрстуүфхһцчшщъыьэюя",
}
_NO_CYRILLIC = re.compile(r"[^\u0400-\u04FF]+")
_STRANGE_LETTER = 2.0  # by how much (as a logarithm) each letter that a language does not have makes it less likely
_STRANGE_LETTERS = 10  # that count: a quotation is no proof

# How often each witness is right. The "en" of a template stays in many feeds that are in other languages.
_TITLE, _TEXT, _DECLARED, _DECLARED_ENGLISH = 0.999, 0.97, 0.1, 0.03
# How much news there is, roughly: what to expect before anything is read.
_NEWS = {"en": 8.0, "ru": 6.0} | dict.fromkeys(["es", "fr", "de", "pt", "it", "nl", "pl", "tr", "uk", "ar", "fa", "hi", "zh", "ja"], 3.0)
_LESS_NEWS = 1.0
_LIKELY = 0.4  # below that there is too little to go by


@lru_cache(maxsize=1000)
def canonical_language(tag: str) -> str:
    """The code by which articles and rules know a language: "nb" and "nn" are "no", "zh-Hant" and "cmn" are "zh"."""
    code = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return _SAME.get(code, code)


def choose_language(choices: Choices, by_title: Ranking, by_text: Callable[[], Ranking], letters: str, declared: str | None) -> str | None:
    """The likeliest of the choices, each witness believed as far as it is right as a rule, the feed least.

    `letters` are the article's own, for the alphabets of those who share a script. `by_text` is asked only where its word may matter.
    Where there is too little to go by it is what is declared; None where nothing is.
    """
    said: str | None = canonical_language(declared or "")
    said = None if said in _NONE else said
    if not choices.languages:
        return said
    strange = _strange_letters(letters)
    before: list[tuple[str, float]] = []  # each language's code, and how likely it is before the text is asked
    for (language, own, expected), title in zip(
        _expected(choices.languages, said), _believed(by_title, choices.languages, _TITLE), strict=True
    ):
        fits = math.exp(-_STRANGE_LETTER * strange.get(language, 0)) if strange else 1.0
        before.append((own, title * expected * fits))
    odds = _by_code(before)
    if not _is_settled(odds):
        text = _believed(by_text(), choices.languages, _TEXT)
        odds = _by_code((own, likely * believed) for (own, likely), believed in zip(before, text, strict=True))
    best = max(odds, key=odds.__getitem__)
    if best == said or odds[best] >= _LIKELY * sum(odds.values()):
        return best
    return said if said in odds else None


def _by_code(likely: Iterable[tuple[str, float]]) -> Mapping[str, float]:
    odds: dict[str, float] = {}
    for own, chance in likely:
        odds[own] = odds.get(own, 0.0) + chance
    return odds


def _is_settled(odds: Mapping[str, float]) -> bool:
    """Whether the best would stay far ahead even if the text spoke for all others."""
    best, wrong = max(odds.values()), _wrong(_TEXT)
    return best * wrong >= (sum(odds.values()) - best) * (_TEXT + wrong)


def _believed(ranking: Ranking, languages: Sequence[str], right: float) -> Sequence[float]:
    """How likely each language is by a witness who is `right` that often."""
    if not ranking:
        return [1.0] * len(languages)
    wrong = _wrong(right)
    return [right * ranking.get(language, 0.0) + wrong for language in languages]


def _wrong(right: float) -> float:
    """How likely any language is where a witness who is `right` that often says another."""
    return (1 - right) / len(LANGUAGES)


@lru_cache(maxsize=1000)
def _expected(languages: Sequence[str], said: str | None) -> Sequence[tuple[str, str, float]]:
    """Each of the languages, its canonical code, and how likely it is by what is declared, before anything is read."""
    codes = [(language, canonical_language(language)) for language in languages]
    return [(language, own, _declared(own, said) * _NEWS.get(own, _LESS_NEWS)) for language, own in codes]


def _declared(language: str, said: str | None) -> float:
    right = _DECLARED_ENGLISH if said == "en" else _DECLARED
    return right * (language == said) + (1 - right) / len(LANGUAGES)


def _strange_letters(text: str) -> Mapping[str, int]:
    """How many letters of a Cyrillic text each language does not have: only Russian has ы and ъ, and no і."""
    letters = _NO_CYRILLIC.sub("", text).lower()
    if not letters:
        return {}
    strange = {language: len(letters) - sum(map(letters.count, alphabet)) for language, alphabet in _CYRILLIC.items()}
    fewest = min(strange.values())
    return {language: min(count - fewest, _STRANGE_LETTERS) for language, count in strange.items()}
