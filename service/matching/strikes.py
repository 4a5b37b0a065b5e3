"""Strikes: words that a user says do not mean the actor. A star at the end stands for endings: "kreml*"."""

from __future__ import annotations

from service.matching.forms import OPEN_END, Form
from service.matching.marks import OPEN, open_ended
from service.matching.text import Phrase, phrase_of


def phrase_of_strike(written: str) -> Phrase:
    """What is looked for in an article, to let pass what stands inside it."""
    phrase = phrase_of(written)
    return open_ended(phrase) if written.rstrip().endswith(OPEN) else phrase


def takes_away(strike: str, words: str) -> bool:
    """Whether nothing is left of `words`, as a user wrote them, once the strike holds: "kreml*" leaves nothing of "Kremlin"."""
    return _covers(phrase_of_strike(strike), phrase_of(words))


def takes_away_form(strike: str, form: Form) -> bool:
    """Whether the strike leaves nothing of the form, endings included; of "kreml*" the strike "Kremlin" leaves Kremla."""
    struck = phrase_of_strike(strike)
    return _covers(struck, form.words) and (struck[-1].endswith(OPEN) or not form.open_end)


def _covers(struck: Phrase, words: Phrase) -> bool:
    if not struck or len(struck) != len(words) or struck[:-1] != words[:-1]:
        return False
    stem = struck[-1].removesuffix(OPEN)
    if stem == struck[-1]:
        return stem == words[-1]
    return words[-1].startswith(stem) and len(words[-1]) <= len(stem) + OPEN_END
