"""Opening what feeds are read with."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.access import FeedAccess, access_of
from service.edges import Edges


def open_access(edges: Edges, sealed: str, owner: str) -> Mapping[str, str]:
    """The headers that the workspace `owner` gave us for a feed, and for its pages. Raises Unsealable."""
    return FeedAccess.model_validate_json(edges.sealer.unseal(sealed, about=access_of(owner))).request_headers()
