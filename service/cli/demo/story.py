"""The demo's data file as values: who publishes what, what is watched, and which alerts must follow."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STORY = Path(__file__).with_name("story.toml")


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet of the newsroom; `kind` of its feed is "rss" or "atom"."""

    id: str
    name: str
    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What an outlet publishes; `path` is its place in the newsroom.

    `alerts` are the ids of the rules that it must raise, `updates` of those whose alert about its story it must update, for it brings
    something new, and `joins` of those whose alert it must join without a message.
    """

    outlet: str
    slug: str
    title: str
    lede: str
    alerts: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Of its page, on the demo's one host of all outlets."""
        return f"/{self.outlet}/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class Story:
    """The whole demo: `rules` by id, each as the API takes it."""

    outlets: tuple[Outlet, ...]
    rules: Mapping[str, dict[str, Any]]
    opening: tuple[Piece, ...]
    articles: tuple[Piece, ...]
    developments: tuple[Piece, ...]
    later: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """An alert, or an update of one, that must arrive: which rule's, about which article, how."""

    rule: str  # its name
    path: str
    how: str
    update: bool = False


def read_story(path: Path = STORY) -> Story:
    """The story in the data file."""
    with path.open("rb") as file:
        raw = tomllib.load(file)
    return Story(
        outlets=tuple(Outlet(**each) for each in raw["outlets"]),
        rules={each["id"]: {name: value for name, value in each.items() if name != "id"} for each in raw["rules"]},
        opening=_pieces(raw["opening"]),
        articles=_pieces(raw["articles"]),
        developments=_pieces(raw["developments"]),
        later=_pieces(raw["later"]),
    )


def expected_of(story: Story, piece: Piece, ways: tuple[str, ...]) -> set[Expected]:
    """The alerts and updates that must follow from a piece, one for each rule and way."""
    rules = [*((rule, False) for rule in piece.alerts), *((rule, True) for rule in piece.updates)]
    return {Expected(story.rules[rule]["name"], piece.path, how, update) for rule, update in rules for how in ways}


def _pieces(raw: list[dict[str, Any]]) -> tuple[Piece, ...]:
    return tuple(map(_piece, raw))


def _piece(raw: dict[str, Any]) -> Piece:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    return Piece(**fields)
