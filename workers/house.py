"""What the tasks of one process share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from service.config import Settings
from service.edges import Edges, open_edges
from service.pipeline.match import Matcher


@dataclass(frozen=True, slots=True)
class House:
    """One process's edges and its index of rules."""

    edges: Edges
    matcher: Matcher


@cache
def house() -> House:
    """This process's house, opened at its first use: nothing is connected at import."""
    edges = open_edges(Settings())
    return House(edges, Matcher(edges))
