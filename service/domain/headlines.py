"""Headlines that correct: those that say so, and those that say something else than before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# How outlets head a correction, in the languages that we know of.
_MARKS = (
    "correction", "corrections", "corrected", "correct", "clarification", "clarified", "retraction", "retracted", "erratum", "corrigendum",
    "korrektur", "korrigiert", "berichtigung", "berichtigt", "richtigstellung", "rectificatif", "rectification", "corrigé",
    "corrección", "corregido", "rectificación", "fe de errores", "correzione", "rettifica", "errata corrige", "errata", "correção",
    "corrigido", "rectificatie", "rectificação", "gecorrigeerd", "rättelse", "rettelse", "korjaus", "sprostowanie", "korekta", "oprava",
    "исправление", "исправлено", "уточнение", "поправка", "виправлення", "виправлено", "уточнення", "спростування", "düzeltme",
    "تصحيح", "更正", "訂正", "정정",
)  # fmt: skip
_MARK = "|".join(sorted(map(re.escape, _MARKS), key=len, reverse=True))
# A market correction is none: the mark stands alone in brackets, or apart at the beginning or the end.
_CORRECTS = re.compile(
    rf"^\W*(?:{_MARK})\s*(?:\d\s*)?(?:[:：|】\])）]|[-–—]\s)|[(\[（【]\s*(?:{_MARK})\s*[)\]）】]|\s[-–—|]\s(?:{_MARK})\W*$", re.IGNORECASE
)
_WORDS = re.compile(r"\w+")
_LONGEST = 300  # characters looked at
_ALIKE = 0.75  # of two words that one may be a better spelling of the other
_GONE = 0.5  # the share of the words of a headline that may go without its saying something else
_NEGATIONS = frozenset({
    "no", "not", "never", "denies", "denied", "deny", "without", "nicht", "kein", "keine", "dementiert", "non", "pas", "dément", "niega",
    "niet", "geen", "не", "нет", "нема", "ні",
})  # fmt: skip


def is_correction(title: str) -> bool:
    """Whether a headline says of itself that it corrects."""
    return _CORRECTS.search(title[:_LONGEST]) is not None


def says_otherwise(new: str, old: str) -> bool:
    """Whether a headline was changed so that it says something else: a number, a denial, or most of its words.

    Better spelling, a word more, another order and other punctuation are the same headline.
    """
    if is_correction(new) and not is_correction(old):
        return True
    before, now = _words(old), _words(new)
    if not before or not now or before == now:
        return False
    if _numbers(before) - _numbers(now) or bool(_NEGATIONS & {*before}) is not bool(_NEGATIONS & {*now}):
        return True
    gone = sum(not _is_kept(word, now) for word in before)
    return gone / len(before) > _GONE


def _words(title: str) -> list[str]:
    return _WORDS.findall(title[:_LONGEST].casefold())


def _numbers(words: Sequence[str]) -> set[str]:
    return {word for word in words if word.isdigit()}


def _is_kept(word: str, words: Sequence[str]) -> bool:
    return word in words or any(SequenceMatcher(None, word, other).ratio() >= _ALIKE for other in words)
