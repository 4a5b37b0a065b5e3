"""Why a rule matched an article, or did not: its terms, found and missing, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.matching.condition import Condition, terms_in
from service.matching.phrases import PhraseBook


@dataclass(frozen=True, slots=True)
class PartFinding:
    """One part of a rule ("/actors/0", "/exclude/1") and which of its terms, as written, the article has and lacks.

    A found term of an exclusion is why a rule did not match.
    """

    part: str
    found: tuple[str, ...]
    missing: tuple[str, ...]


def explain(condition: Condition, fields: Mapping[str, str]) -> tuple[PartFinding, ...]:
    """A finding for each part of `condition`, in the rule's order."""
    terms = list(terms_in(condition))
    present = PhraseBook(term.phrase for term in terms).find(fields)
    parts = dict.fromkeys(term.part for term in terms)
    return tuple(
        PartFinding(
            part,
            tuple(term.written for term in terms if term.part == part and term.phrase in present),
            tuple(term.written for term in terms if term.part == part and term.phrase not in present),
        )
        for part in parts
    )
