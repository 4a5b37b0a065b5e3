"""How names sound, so that one typed in another script or spelling is known: Дональд and Donald, Wołodymyr and Volodymyr."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby, product
from unicodedata import normalize

import regex

from service.matching.once import once

_MOST = 32  # readings of one word
_SYLLABLES = regex.compile("[가-힣]")

# What is written -> the consonants that it may stand for, "-" for none. Vowels have no line: languages write them differently.
# Those that differ between languages are one: h for g, h and kh, s for all that hiss.
_LATIN = """
b b|v v|w v|p p|pp p|f f|ff f|ph f|m m|n n|r r|rr r|l l|ll l|d d|t t|tt t|th t f|k k|q k|ck k|kk k|qu k kv
c k s|cc k s|ch s k h|cz s|tch s|tsch s|sh s|sch s sk|szcz s|shch s|sz s|s s|ss s|zh s|z s|zz s|ts s|tz s
x ks s h|g h s|gh h -|gu h hv|gg h s|h h -|kh h|j s h -|dj s ds|dzh s|dz s ds|rz s r
"""
_CYRILLIC = """
б b|в v|п p|ф f|м m|мм m|н n|нн n|р r|рр r|л l|лл l|љ l|д d|т t|тт t|к k|кк k|с s|сс s|з s|ц s|ч s|ш s|щ s
ж s|дж s ds|дз s ds|тц s|ћ s|ђ s ds|џ s|г h|ґ h|х h -|кс ks s
"""
_GREEK = """
β v|π p|φ f|μ m|μμ m|ν n|νν n|ρ r|λ l|λλ l|δ d|τ t|ττ t|θ t f|κ k|κκ k|σ s|σσ s|ς s|ζ s|τσ s|τζ s|ξ ks s|ψ ps|γ h -|χ h -
μπ b mp|ντ d nt|γκ h|γγ nh
"""
_KANA = """
バ b|ビ b|ブ b v|ベ b|ボ b|パ p|ピ p|プ p|ペ p|ポ p|ヴ v|ハ h|ヒ h|フ f h|ヘ h|ホ h|マ m|ミ m|ム m|メ m|モ m|ナ n|ニ n|ヌ n|ネ n|ノ n|ン n m
ラ r l|リ r l|ル r l|レ r l|ロ r l|ダ d|デ d|ド d|ヅ s|ヂ s|タ t|チ s|ツ s|テ t|ト t|カ k|キ k|ク k|ケ k|コ k|ガ h|ギ h|グ h|ゲ h|ゴ h
サ s|シ s|ス s|セ s|ソ s|ザ s|ジ s|ズ s|ゼ s|ゾ s|ワ v -
"""
_ARABIC = """
ب b p|پ p|ت t|ث t|ج s h|چ s|ح h|خ h|د d|ذ d s|ر r|ز s|ژ s|س s|ش s|ص s|ض d|ط t|ظ s|غ h|گ h|ف f v|ق k|ك k h|ل l|م m|ن n|ه h -|و v -|ڤ v
"""
_HEBREW = """
ב b v|ג h|ד d|ה h -|ו v -|ז s|ח h|ט t|כ k h|ך k h|ל l|מ m|ם m|נ n|ן n|ס s|פ p f|ף f|צ s|ץ s|ק k|ר r|ש s|ת t
"""
_DEVANAGARI = """
क k|ख k h|ग h|घ h|च s|छ s|ज s h ds|झ s|ट t|ठ t|ड d|ढ d|त t|थ t|द d|ध d|न n|ण n
प p|फ f p|ब b|भ b|म m|य -|र r|ल l|व v -|श s|ष s|स s|ह h -|ं n m -
"""
_BENGALI = """
ক k|খ k h|গ h|ঘ h|চ s|ছ s|জ s h ds|ঝ s|ট t|ঠ t|ড d|ঢ d|ত t|থ t|দ d|ধ d|ন n|ণ n|প p|ফ f p|ব b v|ভ b v|ম m|য s -|র r|ল l|শ s|ষ s|স s|হ h -|ং n
"""
_GEORGIAN = """
ბ b|გ h|დ d|ვ v|ზ s|თ t|კ k|ლ l|მ m|ნ n|პ p|ჟ s|რ r|ს s|ტ t|ფ p f|ქ k|ღ h|ყ k|შ s|ჩ s|ც s|ძ s ds|წ s|ჭ s|ხ h -|ჯ s ds h|ჰ h -
"""
_ARMENIAN = """
բ b|գ h|դ d|զ s|թ t|ժ s|լ l|խ h|ծ s|կ k|հ h -|ձ s ds|ղ h|ճ s|մ m|յ -|ն n|շ s|չ s|պ p|ջ s ds h|ռ r|ս s|վ v|տ t|ր r|ց s|փ p f|ք k|ֆ f|ւ v -
"""
_TAMIL = """
க k h|ங n -|ச s|ஞ n|ட t d|ண n|த t d|ந n|ன n|ப p b f|ம m|ய -|ர r|ற r|ல l|ள l|ழ l|வ v|ஜ s h ds|ஷ s|ஸ s|ஹ h -|ஃப f|ஃபி f
"""
# A letter with the sign that silences it may still be read.
_THAI = """
ก k h|ข k|ค k h|ฆ k|ง n|จ s|ฉ s|ช s|ซ s|ฌ s|ญ n -|ฎ d|ฏ t|ฐ t|ฑ t|ฒ t|ณ n|ด d t|ต t|ถ t|ท t|ธ t|น n
บ b v p|ป p b|ผ p|ฝ f|พ p|ฟ f|ภ p|ม m|ย -
ร r|ล l|ว v -|ศ s|ษ s|ส s|ห h -|ฬ l|อ -|ฮ h|ก์ k h -|ค์ k h -|ง์ n -|จ์ s -|ช์ s -|ซ์ s -|ด์ d t -|ต์ t -|ท์ t -|ธ์ t -|น์ n -|บ์ b v -
ป์ p -|พ์ p -|ฟ์ f -|ภ์ p -|ม์ m -|ย์ -|ร์ r -|ล์ l -|ว์ v -|ศ์ s -|ษ์ s -|ส์ s -|ห์ h -
"""
# Hangul's parts of syllables: those that begin them, and those that end them.
_HANGUL = """
ᄀ k h|ᄁ k|ᄂ n|ᄃ d t|ᄄ t|ᄅ r l|ᄆ m|ᄇ b v p|ᄈ p|ᄉ s|ᄊ s|ᄌ s h ds|ᄍ s|ᄎ s|ᄏ k|ᄐ t|ᄑ p f|ᄒ h f -
ᆨ k h|ᆫ n|ᆯ l r|ᆷ m|ᆸ b v p|ᆺ s t|ᆼ n
"""
_TABLES = (_LATIN, _CYRILLIC, _GREEK, _KANA, _ARABIC, _HEBREW, _DEVANAGARI, _BENGALI, _GEORGIAN, _ARMENIAN, _TAMIL, _THAI, _HANGUL)
_FIRST = {"у": ("v", ""), "u": ("v", ""), "ου": ("v", ""), "o": ("v", "")}  # before a vowel, at the beginning: Уильям
_VOWELS = "aeiouyаеёиіїоуыэюяєαειουωη"
_VOWEL_CLASSES = str.maketrans(
    {**dict.fromkeys("eiyеёиіїыэєεηι", "e"), **dict.fromkeys("oouоуοωυ", "o"), **dict.fromkeys("aаяα", "a"), "ю": "o"}
)
_GLIDES = regex.compile("[yijйиі](?=[aouаоуяюё])")  # ya is я


@lru_cache(maxsize=20_000)
def sounds_of(word: str) -> frozenset[str]:
    """The consonants of a word in normal form, in each way in which it may be read; none of a script that does not tell."""
    spelled = normalize("NFD", word) if _SYLLABLES.search(word) else word
    pieces = _first(word) + [_readings()[piece] for piece in _pieces().findall(spelled)]
    choices = [piece for piece in pieces if piece]
    if not any(any(choice) for choice in choices):
        return frozenset()
    readings = (_once("".join(each)) for each, _ in zip(product(*choices), range(_MOST), strict=False))
    return frozenset(reading for reading in readings if reading)


def sound_alike(one: str, other: str) -> bool:
    """Whether two words may be spellings of one name, by their consonants."""
    return not sounds_of(one).isdisjoint(sounds_of(other))


def sound_much_alike(one: str, other: str, least: float = 0.75) -> bool:
    """Whether they may be, by their vowels too."""
    return sound_alike(one, other) and SequenceMatcher(None, vowels_of(one), vowels_of(other)).ratio() >= least


def vowels_of(word: str) -> str:
    """The vowels in three classes; those of one run once."""
    plain = _GLIDES.sub("", word).translate(_VOWEL_CLASSES)
    return _once("".join(letter for letter in plain if letter in "aeo"))


def _first(word: str) -> list[tuple[str, ...]]:
    for letter, readings in _FIRST.items():
        rest = word.removeprefix(letter)
        if rest != word and rest[:1] and rest[0] in _VOWELS:
            return [readings]
    return []


def _once(text: str) -> str:
    return "".join(letter for letter, _ in groupby(text))


@once
def _readings() -> Mapping[str, tuple[str, ...]]:
    lines = (line for table in _TABLES for line in table.split("\n"))
    entries = (entry.split() for line in lines for entry in line.split("|") if entry.strip())
    return {written: tuple(reading.replace("-", "") for reading in readings) for written, *readings in entries}


@once
def _pieces() -> regex.Pattern[str]:
    return regex.compile("|".join(sorted(_readings(), key=len, reverse=True)))
