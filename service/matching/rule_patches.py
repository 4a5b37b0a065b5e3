"""Changes of a rule as patches of it (RFC 7396), each of which can be saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from service.domain.routes import Only, Route
from service.domain.rules import RuleSpec
from service.matching.rules import check_terms
from service.matching.suspects import Suspect, SuspectKind

Patch = Mapping[str, Any]


def excluding_alone(suspect: Suspect) -> RuleSpec:
    """A rule of which nothing but the exclusion is looked at."""
    if suspect.kind is SuspectKind.TERM:
        return RuleSpec(name="any", topics=("any",), exclude=(suspect.written,))
    return RuleSpec(name="any", query=f"NOT {_clause(suspect)}")


def exclude(spec: RuleSpec, suspect: Suspect) -> Patch | None:
    """The rule's own exclusions, or its query, with this one; None where the rule can not be saved so."""
    if suspect.kind is SuspectKind.TERM:
        return checked(spec, {"exclude": [*spec.exclude, suspect.written]})
    excluded = f"NOT {_clause(suspect)}"
    return checked(spec, {"query": f"({spec.query}) AND {excluded}" if spec.query else excluded})


def _clause(suspect: Suspect) -> str:
    return f'{"actor" if suspect.kind is SuspectKind.ACTOR else "source"}:"{suspect.written}"'


def checked(spec: RuleSpec, patch: Patch) -> Patch | None:
    """The patch, if the rule can be saved with it."""
    try:
        new = patched(spec, patch)
    except ValidationError:
        return None
    return None if check_terms(new) else patch


def patched(spec: RuleSpec, patch: Patch) -> RuleSpec:
    """The rule with the patch. Raises ValidationError where that is none."""
    return RuleSpec.model_validate({**spec.model_dump(mode="json"), **patch})


def ask_for_score(spec: RuleSpec, least: float, channels: Sequence[str]) -> Patch | None:
    """Its channels, each asking for the score besides what it asks for already; `channels` are those of a rule that names none."""
    entries: Iterable[str | Route] = channels if spec.channels is None else spec.channels
    routes = [_asking(entry, least).model_dump(mode="json") for entry in entries]
    return checked(spec, {"channels": routes}) if routes else None


def _asking(entry: str | Route, least: float) -> Route:
    if isinstance(entry, str):
        return Route(channel=entry, only=Only(least_score=least))
    return Route(channel=entry.channel, only=entry.only.model_copy(update={"least_score": max(least, entry.only.least_score or 0)}))
