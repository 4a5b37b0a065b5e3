"""What an actor goes by, once it is known who it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.matching.forms import Form, best_of
from service.matching.text import Phrase

TYPED = 1.0  # what the words count that a user typed


@dataclass(frozen=True, slots=True)
class Expansion:
    """All the forms an actor goes by.

    `forms` find the actor by themselves. `needs_context` (Jordan, Georgia, a surname that many people have) count only in
    an article where one of `forms` or one of `context` occurs; `context` is no evidence itself. `id` and `kind` are the
    pack's, None for a name that is in no pack. The same words stand in one of `forms` and `needs_context` only,
    but for those that are sure as they are `written`: Kina.
    """

    id: str | None
    kind: str | None
    forms: tuple[Form, ...]
    needs_context: tuple[Form, ...] = ()
    context: tuple[Form, ...] = ()


def without_doubles(expansion: Expansion) -> Expansion:
    """Each form once, with its greatest weight; those that a user or a table is sure of need no context."""
    forms = _strongest(expansion.forms)
    sure = {form.words for form in forms if not form.written}
    unsure = _strongest(form for form in expansion.needs_context if form.words not in sure)
    return replace(expansion, forms=forms, needs_context=unsure)


def _strongest(forms: Iterable[Form]) -> tuple[Form, ...]:
    """Each once, without those of which the same words with an open end say as much."""
    kept = best_of(forms)
    open_ended: dict[Phrase, list[Form]] = {}
    for form in kept:
        if form.open_end:
            open_ended.setdefault(form.words, []).append(form)
    return tuple(
        [form for form in kept if form.open_end or not any(_says_as_much(wider, form) for wider in open_ended.get(form.words, ()))]
    )


def _says_as_much(wider: Form, form: Form) -> bool:
    same = (wider.cased, wider.since, wider.until) == (form.cased, form.since, form.until)
    return same and not wider.written and wider.weight >= form.weight
