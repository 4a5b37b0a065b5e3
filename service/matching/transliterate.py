"""Names between Latin, Cyrillic and Greek letters, as newspapers write them.

After BGN/PCGN 1947 and 2019, PN-ISO 9, Duden, the French and Spanish press, the Serbian alphabet's own Latin, and ELOT 743.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import regex

Table = Mapping[str, str]

_SAME = dict(zip("абдезиклмнопрстуфы", "abdeziklmnoprstufy", strict=True))
# Ukrainian, Belarusian, Serbian and Macedonian letters, as those write them who know no better.
_OTHER_LETTERS = {"ь": "", "ъ": "", "г": "g", "ґ": "g", "і": "i", "ў": "u", "э": "e", "ё": "e", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz"}  # fmt: skip
_UKRAINIAN = {"г": "h", "и": "y"}
_ENGLISH = {"в": "v", "ж": "zh", "й": "y", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ї": "yi", "є": "ye"}
_KYIV = {**_ENGLISH, **_UKRAINIAN, "ї": "i", "є": "ie", "й": "i", "ю": "iu", "я": "ia"}
_POLISH = {"в": "w", "ж": "z", "й": "j", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "ё": "io", "ю": "ju", "я": "ja", "ї": "ji", "є": "je"}
_GERMAN = {"в": "w", "ж": "sch", "з": "s", "й": "i", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "ю": "ju", "я": "ja", "ї": "ji", "є": "je"}
_FRENCH = {"в": "v", "ж": "j", "й": "i", "х": "kh", "ц": "ts", "ч": "tch", "ш": "ch", "щ": "chtch", "у": "ou", "ю": "iou", "я": "ia", "ї": "i", "є": "ie"}
_SPANISH = {**_ENGLISH, "х": "j", "й": "i", "ї": "i", "є": "ie"}
_SERBIAN = {"в": "v", "ж": "z", "й": "j", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "sc", "ю": "ju", "я": "ja", "ї": "ji", "є": "je", "ђ": "d"}
_TO_LATIN: tuple[Table, ...] = tuple(
    {**_SAME, **_OTHER_LETTERS, **letters}
    for letters in (
        *(_ENGLISH, _KYIV, _POLISH, {**_POLISH, **_UKRAINIAN}, _GERMAN, {**_GERMAN, **_UKRAINIAN, "й": "j"}),
        *(_FRENCH, _SPANISH, _SERBIAN, {**_ENGLISH, "кс": "x"}),
    )
)

_GREEK = {"α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n"}
_GREEK |= {"ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o"}
_GREEK |= {"ου": "ou", "γγ": "ng", "γκ": "gk", "γξ": "nx", "μπ": "b", "ευ": "ef", "αυ": "av", "ντ": "nt"}
_FROM_GREEK: tuple[Table, ...] = (
    _GREEK,
    {**_GREEK, "μπ": "mp", "ευ": "ev", "αυ": "af", "χ": "h"},
    {**_GREEK, "ου": "u", "αι": "e", "ει": "i", "οι": "i", "γκ": "g", "ντ": "d", "υ": "i", "φ": "ph"},
)

_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстувв*из", strict=True)) | {"x": "кс", "j": "дж", "y": "и"}
_GROUPS = {
    "shch": "щ", "szcz": "щ", "tsch": "ч", "sch": "ш", "tch": "ч", "dzh": "дж", "sh": "ш", "dj": "дж",
    "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "ph": "ф", "th": "т",
    "ck": "к", "cz": "ч", "sz": "ш", "ce": "се", "ci": "си",
    "qu": "кв", "ee": "и", "oo": "у", "ya": "я", "yu": "ю", "yo": "е", "ye": "е", "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй",
    "ia": "ия", "rh": "р", "wh": "у",
}  # fmt: skip
_TO_RUSSIAN = _LETTERS | _GROUPS
_TO_UKRAINIAN = _TO_RUSSIAN | {"ci": "сі", "h": "г", "i": "і", "y": "и", "ye": "є", "ia": "ія", "ee": "і", "g": "г"}
# Names of Poland, Germany and Czechia, and of Croatia and Serbia, without the accents that the normal form has lost.
_FROM_POLAND = {
    "c": "ц", "ce": "це", "ci": "ци", "ch": "х", "j": "й", "ja": "я", "ju": "ю", "je": "е", "jo": "йо", "ia": "я", "iu": "ю", "io": "е", "rz": "ж",
    "ij": "ий", "ji": "и", "ie": "е", "tz": "ц", "schtsch": "щ", "ou": "у",
}  # fmt: skip
_CONTINENTAL = _TO_RUSSIAN | _FROM_POLAND
_CONTINENTAL_UKRAINIAN = _TO_UKRAINIAN | _FROM_POLAND | {"ci": "ці", "je": "є", "ji": "ї", "io": "ьо", "ie": "є", "ij": "ій"}
_BALKAN = _CONTINENTAL | {"c": "ч", "ce": "че", "ci": "чи", "lj": "ль", "nj": "нь"}
_TO_SERBIAN = _BALKAN | {"j": "ј", "ja": "ја", "ju": "ју", "je": "је", "jo": "јо", "ij": "иј", "ji": "ји", "ia": "иа", "lj": "љ", "nj": "њ", "dj": "ђ"}
_ENDINGS = {
    "sky": ("ский", "ський"), "skiy": ("ский", "ський"), "skyi": ("ский", "ський"), "skyy": ("ский", "ський"), "skyj": ("ский", "ський"),
    "skij": ("ский", "ський"), "skii": ("ский", "ський"), "ski": ("ский", "ський"), "dzki": ("дзкий", "дзький"), "cki": ("цкий", "цький"),
    "ic": ("ич", "ич"), "iy": ("ий", "ій"), "yi": ("ый", "ий"), "y": ("и", "і"),
}  # fmt: skip
_RUSSIAN_ENDINGS = {ending: russian for ending, (russian, _) in _ENDINGS.items()}
_UKRAINIAN_ENDINGS = {ending: ukrainian for ending, (_, ukrainian) in _ENDINGS.items()}
_TO_CYRILLIC: tuple[tuple[Table, Table], ...] = (
    (_TO_RUSSIAN, _RUSSIAN_ENDINGS),
    (_TO_UKRAINIAN, _UKRAINIAN_ENDINGS),
    (_CONTINENTAL, _RUSSIAN_ENDINGS),
    (_CONTINENTAL_UKRAINIAN, _UKRAINIAN_ENDINGS),
    (_BALKAN, _RUSSIAN_ENDINGS),
    (_TO_SERBIAN, {"ic": "ић"}),
)
_TO_THE_RUSSIAN = {"і": "и", "ї": "и", "є": "е", "ґ": "г", "ў": "в", "ій": "ий", "ськ": "ск", "цьк": "цк", "ьо": "е"}
_TO_THE_RUSSIAN |= {"ј": "й", "ја": "я", "ју": "ю", "је": "е", "љ": "ль", "њ": "нь", "ћ": "ч", "ђ": "дж", "џ": "дж"}
_TO_THE_UKRAINIAN = {"ск": "ськ", "цк": "цьк", "ы": "и", "э": "е", "ё": "ьо", "и": "і", "ий": "ий", "ич": "ич", "ин": "ін"}
_ONLY_RUSSIAN = regex.compile("[ыэёъ]")

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
        return tuple(_with_ending(word, letters, endings) for letters, endings in _TO_CYRILLIC)
    if _CYRILLIC.fullmatch(word):
        first = "й" + word if word[0] in "еє" else word  # Yeltsin, beside Eltsin
        return tuple(_plain_ending(_written(each, table)) or word for table in _TO_LATIN for each in [first if "кс" in table else word])
    if _GREEK_WORD.fullmatch(word):
        return tuple(_written(word, table) or word for table in _FROM_GREEK)
    return ()


@lru_cache(maxsize=20_000)
def sister_spellings(word: str) -> tuple[str, ...]:
    """A Cyrillic word as Russian writes it, if it is not Russian, and as Ukrainian does, if it may be. Others have none."""
    if not _CYRILLIC.fullmatch(word):
        return ()
    both = _written(word, _TO_THE_RUSSIAN), _written(word, _TO_THE_UKRAINIAN)
    return tuple(each for each in dict.fromkeys(both if both[0] == word else both[:1]) if each != word)


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
