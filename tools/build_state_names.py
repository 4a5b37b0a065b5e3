"""Write the states' names in 51 languages from CLDR: `python -m tools.build_state_names` where Babel is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale

from service.matching.actor_tables import read_states
from service.matching.text import phrase_of

# Names that are followed by endings as they are; that lose a vowel before them; that are never inflected.
WITH_ENDINGS = ("de", "sv", "da", "nb", "ko")
WITHOUT_VOWEL = (
    *("ru", "uk", "pl", "cs", "sk", "hr", "sr", "bg", "lt", "lv", "et", "fi", "hu", "el", "ka", "hy", "az", "kk"),
    *("sl", "mk", "ta"),
)
AS_THEY_ARE = (
    *("en", "fr", "es", "it", "pt", "tr", "nl", "ja", "zh", "zh_Hant", "ar", "he"),
    *("fa", "hi", "bn", "ur", "vi", "id", "th", "ro", "ca", "sw", "ms", "fil", "sq"),
)
LANGUAGES = (*AS_THEY_ARE, *WITH_ENDINGS, *WITHOUT_VOWEL)
TARGET = Path(__file__).parent.parent / "service/matching/data/actors/state_names.tsv"

# Another word, or another name, in a language that more articles are written in.
ANOTHER_WORD = {"chili", "dominique", "georgië", "granada", "grenade", "indie", "island", "malte", "maurice", "mauricio", "maurício"}
ANOTHER_WORD |= {"angol", "brune", "grenad", "roots", "suede", "suède", "viro"}
ANOTHER_WORD |= {"ganë", "indi", "kili", "kinë", "libi", "maltë", "siri", "spanjë"}  # of Albanian
_SHORTEST_LATIN = 4  # Vietnamese "Ý" and "Áo", Turkish "Fas"
_SHORTEST_KATAKANA = 3  # タイ stands in タイム, マリ in ソマリア
_SHORTEST_STEM = {"ko": 2, "ta": 4}
_USUAL_SHORTEST_STEM = 5
_VOWELS = "aeiouyáéíóúůąęàèāēīūėаеиоуыэюяіїєьйαεηιουωάέήίόύώაეიოუաեէիոուாிீுூெேைொோ்"

Names = Mapping[str, Mapping[str, str]]  # code -> language -> name


def main() -> None:
    """Overwrite the table."""
    locales = {language: Locale.parse(language) for language in LANGUAGES}
    names = {code: {lang: _usable(locale.territories.get(code, "")) for lang, locale in locales.items()} for code in read_states()}
    folded = {(code, phrase_of(name)) for code, own in names.items() for name in own.values() if name}
    rows = ["\t".join(["code", *LANGUAGES])]
    for code, own in names.items():
        others = {words[0] for other, words in folded if other != code}
        rows.append("\t".join([code, *(_with_stem(name, language, others) for language, name in own.items())]))
    TARGET.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _usable(name: str) -> str:
    bare = re.sub(r"\s*[(（][^)）]*[)）]", "", name).strip()
    if bare.casefold() in ANOTHER_WORD:
        return ""
    if re.fullmatch(r"[A-Za-zÀ-ɏḀ-ỿ]+", bare) and len(bare) < _SHORTEST_LATIN:
        return ""
    if re.fullmatch(r"[ァ-ヺー]+", bare) and len(bare) < _SHORTEST_KATAKANA:
        return ""
    return bare


def _with_stem(name: str, language: str, others: set[str]) -> str:
    """Украина as "Украин|а": where the stem is long enough and begins no other state's name."""
    if not name or len(phrase_of(name)) != 1 or language in AS_THEY_ARE:
        return name
    stem = name[:-1] if language in WITHOUT_VOWEL and name[-1] in _VOWELS else name
    folded = "".join(phrase_of(stem))
    long_enough = len(folded) >= _SHORTEST_STEM.get(language, _USUAL_SHORTEST_STEM)
    if stem.casefold() in ANOTHER_WORD or not long_enough or any(other.startswith(folded) for other in others):
        return name
    return f"{stem}|{name.removeprefix(stem)}"


if __name__ == "__main__":
    main()
