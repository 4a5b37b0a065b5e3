"""A rule as users write it, and its checks at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

from service.domain.policies import Alerting
from service.domain.routes import Route

MAX_TERMS = 500


def printable(value: str) -> str:
    """Refuse what no database or mail header can carry: control characters and lone surrogates."""
    if any(ord(char) < 32 or 0x7F <= ord(char) <= 0x9F or 0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise ValueError("control characters are not allowed here")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(printable)]


def _query_text(value: str) -> str:
    if not value.strip():
        raise ValueError("the query is empty; write at least one word, or null for none")
    return value


Query = Annotated[str, StringConstraints(max_length=16_000), AfterValidator(_query_text)]


def _language_code(value: str) -> str:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise ValueError('write a language as its ISO 639 code: "en", "uk"')
    return value


Language = Annotated[str, StringConstraints(to_lower=True), AfterValidator(_language_code)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Actor(_Spec):
    """A watched person, organisation or country, with other names it goes by and words that do not mean it."""

    name: Line
    aliases: tuple[Line, ...] = Field(default=(), max_length=50)
    strikes: tuple[Line, ...] = Field(
        default=(), max_length=50, description='words that do not mean it here, though it goes by them: "Kremlin", "Jordan Peterson"'
    )


class MatchMode(_Spec):
    """How many of the actors and of the topics an article must name."""

    actors: Literal["any", "all"] = "any"
    topics: Literal["any", "all"] = "any"


Precision = Literal["strict", "balanced", "broad"]


class RuleSpec(_Spec):
    """What a user watches: any actor AND any topic AND the query, none of the excluded.

    At least one actor, topic or query; no actors (no topics, no query) leaves that side free.
    """

    name: Line
    actors: tuple[Line | Actor, ...] = Field(default=(), max_length=200)
    topics: tuple[Line, ...] = Field(default=(), max_length=200)
    exclude: tuple[Line, ...] = Field(default=(), max_length=200)
    query: Query | None = Field(default=None, description="a boolean query: title:(deal OR plan) AND NATO NEAR/5 warn* NOT football")
    match: MatchMode = MatchMode()
    precision: Precision = Field(
        default="balanced",
        description="strict: only articles about it; balanced: also those in which it clearly comes up; broad: whatever may be of use",
    )
    languages: tuple[Language, ...] = Field(default=(), description="only articles in these languages (ISO 639); none: every language")
    feeds: tuple[Line, ...] = Field(
        default=(), description='only these feeds: ids ("fd_...") or tags ("tag:world"); none: every feed you follow'
    )
    full_text: bool = Field(
        default=False,
        description="read the pages of the articles that it may see, where feeds give a part only, and match these",
    )
    alerting: Alerting = Alerting()
    channels: tuple[Line | Route, ...] | None = Field(
        default=None,
        description="channel ids, or objects of a channel and the condition under which it gets a message; "
        "null: every channel; []: none, alerts are only listed",
    )
    enabled: bool = True
    _asked: tuple[Actor, ...] = PrivateAttr(default=())  # no part of what users write, nor of what is stored

    @property
    def asked(self) -> tuple[Actor, ...]:
        """The actors that its query names and of which its workspace has said something; none where the rule is as written."""
        return self._asked

    def asking(self, actors: tuple[Actor, ...]) -> RuleSpec:
        """The rule whose query means these actors by their names."""
        copy = self.model_copy()
        copy._asked = actors
        return copy

    @property
    def watched(self) -> tuple[Actor, ...]:
        """The actors, each with its aliases."""
        return tuple(Actor(name=actor) if isinstance(actor, str) else actor for actor in self.actors)

    @model_validator(mode="after")
    def _watches_something(self) -> RuleSpec:
        if not self.actors and not self.topics and self.query is None:
            raise ValueError("a rule needs at least one actor or topic, or a query; only exclusions would match almost everything")
        terms = sum(1 + len(actor.aliases) + len(actor.strikes) for actor in self.watched) + len(self.topics) + len(self.exclude)
        if terms > MAX_TERMS:
            raise ValueError(f"a rule may have {MAX_TERMS} terms, this one has {terms}; split it")
        return self


_NOT_MATCHED_BY = frozenset({"alerting", "channels", "enabled"})


def match_alike(one: RuleSpec, other: RuleSpec) -> bool:
    """Whether both match the same articles, however they tell of them."""
    return one.model_dump(exclude={*_NOT_MATCHED_BY}) == other.model_dump(exclude={*_NOT_MATCHED_BY})


# What `rule:"..."` means in the queries of one workspace or file: by the key of what is written there; None: several rules share it.
Saved: TypeAlias = Mapping[str, RuleSpec | None]
NONE_SAVED: Saved = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rule:
    """A stored rule. `revision` grows with every change of any rule, so an index can ask what is newer.

    `saved` has the rules that its query uses, and those that they use; it is filled where the rule is to be matched.
    """

    id: str
    workspace: str
    spec: RuleSpec
    revision: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    saved: Saved = field(default_factory=dict, hash=False)

    @property
    def live(self) -> bool:
        """Whether articles are matched against it."""
        return self.spec.enabled and self.deleted_at is None

    def telling_as(self, later: Rule) -> Rule:
        """What it matched as it is, told when and to whom a later revision of it says."""
        if later.revision == self.revision:
            return self
        telling = {"alerting": later.spec.alerting, "channels": later.spec.channels}
        return replace(self, spec=self.spec.model_copy(update=telling))
