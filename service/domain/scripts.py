"""What the letters of an article say about its language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

# The languages that news comes in, by script; the commonest first.
LANGUAGES_OF: Mapping[str, tuple[str, ...]] = {
    script: tuple(languages.split())
    for script, languages in {
        "LATIN": "en de fr es pt it nl pl cs sk sl hr bs sr hu ro sq tr az uz sv da no nn is fo fi et lv lt mt ga cy gd eu ca gl lb af"
        " id ms tl vi sw so ha yo ig zu xh rw mg ht ku",
        "CYRILLIC": "ru uk be bg mk sr kk ky mn tg tt",
        "ARABIC": "ar fa ur ps ug sdh sd",
        "DEVANAGARI": "hi mr ne",
        "BENGALI": "bn as",
        "HAN": "zh ja yue",
        "KANA": "ja",
        "HANGUL": "ko",
        "GREEK": "el",
        "HEBREW": "he yi",
        "ARMENIAN": "hy",
        "GEORGIAN": "ka",
        "ETHIOPIC": "am ti",
        "THAI": "th",
        "LAO": "lo",
        "KHMER": "km",
        "MYANMAR": "my",
        "TAMIL": "ta",
        "TELUGU": "te",
        "KANNADA": "kn",
        "MALAYALAM": "ml",
        "GUJARATI": "gu",
        "GURMUKHI": "pa",
        "ORIYA": "or",
        "SINHALA": "si",
        "TIBETAN": "bo dz",
        "THAANA": "dv",
    }.items()
}

_A_TITLE = 20  # Latin letters that make a title; fewer are a name or a brand in a text of any script
# What a letter counts. Names and brands are in Latin letters everywhere, other scripts only where they are at home.
_WEIGHTS = {"LATIN": 1 / 3, "HAN": 2.5, "KANA": 2.5, "HANGUL": 2.5}
_SOME_KANA = 0.05  # of the characters: a Chinese text has none, but for a name
_BY_NAME = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "KATAKANA-HIRAGANA": "KANA", "CJK": "HAN"}
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalpha())  # of ASCII
_OTHERS = re.compile(r"[^\W\d_a-zA-Z]")

_Scripts = Counter[str]


@dataclass(frozen=True, slots=True)
class Choices:
    """The languages that an article may be in, the commonest first; `title` and `text` are whether each is in their script."""

    languages: tuple[str, ...]
    title: bool = False
    text: bool = False


def choices_of(title: str, text: str) -> Choices:
    """What the letters leave to choose from; nothing where there are none.

    The title decides, since texts begin with what is not the article (bylines, "Continue reading", notes of a scraper).
    Only a short one in Latin letters does not: every script's news has names and brands in them.
    """
    of_title, of_text = _scripts(title), _scripts(text)
    script = _main(of_title)
    if script is None or (script == "LATIN" and of_text and of_title["LATIN"] < _A_TITLE):
        script = _main(of_title + of_text)
    if script == "HAN":  # a title of Chinese characters alone may be Japanese
        script = _main(of_title + of_text) if _main(of_text) == "KANA" else "HAN"
    if script is None:
        return Choices(())
    kin = {"HAN", "KANA"} if script in ("HAN", "KANA") else {script}
    return Choices(LANGUAGES_OF[script], _main(of_title) in kin, _main(of_text) in kin)


def _main(scripts: _Scripts) -> str | None:
    """The script of most of the text. Japanese, which is written in two, is told by its kana."""
    if not scripts:
        return None
    merged = Counter({script: count for script, count in scripts.items() if script != "KANA"})
    merged["HAN"] += scripts["KANA"]
    main = max(merged, key=lambda script: merged[script] * _WEIGHTS.get(script, 1.0))
    return "KANA" if main == "HAN" and scripts["KANA"] > _SOME_KANA * merged["HAN"] else main


def _scripts(text: str) -> _Scripts:
    """How many letters of each script there are."""
    scripts = Counter() if text.isascii() else Counter(script for letter in _OTHERS.findall(text) if (script := _script_of(letter)))
    if latin := len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS)):
        scripts["LATIN"] += latin
    return scripts


@lru_cache(maxsize=10_000)
def _script_of(letter: str) -> str | None:
    words = unicodedata.name(letter, "").removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ").split(" ")
    script = _BY_NAME.get(words[0], words[0])
    return script if script in LANGUAGES_OF else None
