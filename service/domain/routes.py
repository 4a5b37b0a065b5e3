"""Which of a rule's channels a message goes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from service.domain.alerts import Alert, AlertedArticle
from service.domain.coverage import host_of

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _probability(value: object) -> object:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1):
        raise ValueError("write how probable it must be, as a number from 0 to 1: 0.7")
    return value


class Only(BaseModel):
    """What must be true of an article of the message, all of it, for a channel to get it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: bool = Field(default=False, description="its title says what the rule watches, or a part of that")
    sources: tuple[Text, ...] = Field(
        default=(),
        max_length=200,
        description='it is from one of these: an outlet\'s name as its feed has it, or its host ("gazette.example")',
    )
    least_score: Annotated[float | None, BeforeValidator(_probability)] = Field(
        default=None, ge=0, le=1, description="it is about what the rule watches at least as probably as this"
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Only:
        if not self.title and not self.sources and self.least_score is None:
            raise ValueError("a condition asks for a title, for sources or for a least score; for every message name the channel alone")
        return self


class Route(BaseModel):
    """A channel that gets a part of a rule's messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Text
    only: Only


def channel_of(entry: str | Route) -> str:
    """The channel that an entry of a rule's list names."""
    return entry.channel if isinstance(entry, Route) else entry


def channels_for(entries: Sequence[str | Route] | None, alert: Alert) -> tuple[str, ...] | None:
    """The channels that get this message, each once, in the rule's order; None: all of the workspace.

    Every message is asked anew: an update goes where its own article belongs.
    """
    if entries is None:
        return None
    chosen = (channel_of(each) for each in entries if not isinstance(each, Route) or wants(each.only, alert.articles))
    return tuple(dict.fromkeys(chosen))


def channels_for_digest(entries: Sequence[str | Route] | None, alerts: Sequence[Alert]) -> tuple[str, ...] | None:
    """The channels that get a digest: those that get one of its alerts; of an empty one, all of the rule's."""
    if entries is None:
        return None
    wanted = {channel for alert in alerts for channel in channels_for(entries, alert) or ()}
    every = dict.fromkeys(channel_of(each) for each in entries)
    return tuple(each for each in every if each in wanted or not alerts)


def wants(only: Only, articles: Sequence[AlertedArticle]) -> bool:
    """Whether one of the articles is all that the condition asks for."""
    return any(_is_in_title(only, each) and _is_from(only, each) and _is_sure(only, each) for each in articles)


def _is_in_title(only: Only, article: AlertedArticle) -> bool:
    return not only.title or any(found.field == "title" for found in article.evidence)


def _is_from(only: Only, article: AlertedArticle) -> bool:
    if not only.sources:
        return True
    host = host_of(article.url)
    wanted = {source.casefold() for source in only.sources}
    return article.source.casefold() in wanted or any(host == each or host.endswith(f".{each}") for each in wanted)


def _is_sure(only: Only, article: AlertedArticle) -> bool:
    return only.least_score is None or (article.scores is not None and article.scores.is_about >= only.least_score)
