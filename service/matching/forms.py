"""A form: one way in which a name or a concept is written, and how strongly it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from service.matching.text import Phrase

OPEN_END = 9  # letters that may follow a form with an open end: inflections, not other words


class Form(NamedTuple):
    """Words in normal form, as `phrase_of` gives them.

    `weight` in (0, 1]: 1 for the words the user typed, less for what only tends to mean the same. `open_end`: up to
    OPEN_END letters may follow the last word ("ukrain" finds "Ukrainian"). `cased`: only where the article writes it in
    capitals ("US", not "us"); `written`: only where it has these capitals and accents ("Mỹ", not "my"); `named`: not where it stands
    in small letters, as a word of its own ("Tusk", not "tusk"). `since` and `until`: the
    days between which it holds, both inclusive, None for no bound ("NATO chief" is Mark Rutte since October 2024). `kind` says why
    it is there: "name", "surname", "role", "people", "capital", "place", "script", "inflection", "synonym", "related". A named
    tuple, for there are hundreds of thousands.
    """

    words: Phrase
    weight: float
    kind: str
    open_end: bool = False
    cased: bool = False
    since: date | None = None
    until: date | None = None
    written: str = ""
    named: bool = False

    def holds_on(self, day: date | None) -> bool:
        """Whether it stands for the actor on this day; an unknown day is taken for one on which it does."""
        return day is None or ((self.since is None or self.since <= day) and (self.until is None or day <= self.until))

    def covers(self, other: Form) -> bool:
        """Whether it finds on any day all that the other finds, and counts as much."""
        shaped = (self.words, self.cased, self.written) == (other.words, other.cased, other.written)
        alike = shaped and self.open_end >= other.open_end and self.named <= other.named
        return alike and self.weight >= other.weight and self.since is None and self.until is None


def best_of(forms: Iterable[Form]) -> tuple[Form, ...]:
    """What is looked for each once, with the greatest of its weights, in order; forms without words are left out."""
    best: dict[tuple[object, ...], Form] = {}
    for form in forms:
        key = (form.words, form.open_end, form.cased, form.since, form.until, form.written, form.named)
        if form.words and (key not in best or form.weight > best[key].weight):
            best[key] = form
    return tuple(best.values())
