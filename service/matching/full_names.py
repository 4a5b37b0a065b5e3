"""The first names before a surname, in scripts in which no table has them: 马克·吕特, مارك روته, มาร์ก รุตเตอ."""

from __future__ import annotations

from collections.abc import Iterable, Set

import regex

from service.matching.forms import Form
from service.matching.name_sounds import sound_alike
from service.matching.reading import Place, Reading
from service.matching.text import phrase_of, words_of

_MOST = 3  # first names, and initials
# A middle dot joins the names of a foreigner: katakana, and up to six characters behind a title and the little words of Chinese.
_KATAKANA_BEFORE = regex.compile(r"(?:[ァ-ヺー]{1,12}[・･＝]){1,3}$")
_HAN_BEFORE = regex.compile(r"\p{Han}+[·・•‧](?:\p{Han}{1,6}[·・•‧]){0,2}$")
_TITLE_BEFORE = regex.compile(r".*(?:总理|總理|[统統长長席相记記军軍将將使员員生令人士官家王者和与與对對向称稱的及同由被是在后後])")
_LONGEST_HAN = 7
_LONGEST_BEFORE = 40
_LATIN = regex.compile(r"\p{Latin}")
_THAI, _THAI_BEFORE = regex.compile(r"\p{Thai}"), frozenset("เแโใไ")
_SHORTEST_THAI = 4  # characters of a name that others are written before: what ends in one consonant is no Joe
_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}\p{Cf}'׳]+[ \-]")


def given_names(forms: Iterable[Form]) -> Set[str]:
    """The words before the last in the names of somebody, as Latin letters write them."""
    return {word for form in forms if form.kind == "name" and len(form.words) > 1 for word in form.words[:-1] if word.isascii()}


def whole_name(place: Place, given: Set[str], reading: Reading) -> Place:
    """The place of a surname with the first names before it; as it is in Latin letters, of which the forms themselves have them."""
    if not given or _LATIN.match(place.text):
        return place
    before = reading.text_before(place, _LONGEST_BEFORE)
    length = _joined(before) or _spoken(before, given, reading)
    return reading.with_words_before(place, place.start - length) if length else place


def _joined(before: str) -> int:
    """How many characters of the names that a middle dot joins end the text."""
    if katakana := _KATAKANA_BEFORE.search(before):
        return len(katakana[0])
    if not (found := _HAN_BEFORE.search(before)):
        return 0
    names: str = _TITLE_BEFORE.sub("", found[0])
    first, *_others = regex.split("[·・•‧]", names)
    return len(names) if len(first) < _LONGEST_HAN else 0


def _spoken(before: str, given: Set[str], reading: Reading) -> int:
    """How many characters of words that sound like one of the first names, with nothing but a space between, end the text."""
    length = 0
    for word in reversed(_WORD_BEFORE.findall(before)[-_MOST:]):
        if not before[: len(before) - length].endswith(word):
            break
        if _THAI.search(word):
            return length + _thai(word, given)
        if not any(_sounds(form, given, reading) for form in phrase_of(word)):
            break
        length += len(word)
    return length


def _thai(word: str, given: Set[str]) -> int:
    """How many characters at its end sound like a first name: titles and what comes before them are written as one with it."""
    characters = words_of(word)
    for number in range(len(characters) - 1, -1, -1):
        if number and characters[number - 1].form in _THAI_BEFORE:
            continue  # a vowel that is written before its consonant
        name = "".join(each.form for each in characters[number:])
        is_whole = number == 0 or len(name) >= _SHORTEST_THAI
        if is_whole and any(sound_alike(name, each) for each in given):
            return len(word) - characters[number].start
    return 0


def _sounds(word: str, given: Set[str], reading: Reading) -> bool:
    return any(sound_alike(each, name) for each in (word, *reading.inner.bare(word)) for name in given)
