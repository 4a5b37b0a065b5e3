"""What the nearest earlier articles matched, for articles whose meaning is known."""

from __future__ import annotations

from collections.abc import Mapping

from service.edges import Edges
from service.matching.company import NEIGHBOURS, company_of
from service.matching.meaning import pack
from service.matching.nearness import ArticleMeaning
from service.pipeline.stories import Stories


def in_company(edges: Edges, stories: Stories, meanings: Mapping[str, ArticleMeaning]) -> Mapping[str, ArticleMeaning]:
    """The meanings, by article, each in the company of the recent articles in `stories`. Which these are is stored."""
    if not meanings:
        return meanings
    neighbours = {each: stories.nearest(each, pack(meaning.vector), NEIGHBOURS) for each, meaning in meanings.items()}
    edges.store.vectors.save_neighbours({each: near for each, near in neighbours.items() if near})
    matched = edges.store.matches.comes_up({other for near in neighbours.values() for other, _ in near})
    return {each: meaning.in_company(company_of(neighbours[each], matched)) for each, meaning in meanings.items()}
