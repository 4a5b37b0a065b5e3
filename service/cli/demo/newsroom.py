"""The demo's newsroom: outlets on loopback that publish feeds and pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from aiohttp import web

from service.cli.demo.story import Outlet, Piece

AGE_OF_OPENING = timedelta(hours=6)
NEWEST = 20  # entries in a feed


@dataclass(slots=True)
class Newsroom:
    """What has been published so far, newest last: each piece with its time."""

    outlets: tuple[Outlet, ...]
    published: list[tuple[datetime, Piece]] = field(default_factory=list)

    def open(self, pieces: tuple[Piece, ...], now: datetime) -> None:
        """Have these in the feeds from the beginning."""
        self.published += [(now - AGE_OF_OPENING, piece) for piece in pieces]

    def publish(self, piece: Piece, now: datetime) -> None:
        """Put a piece into its outlet's feed."""
        self.published.append((now, piece))

    def app(self) -> web.Application:
        """The newsroom's web server: /OUTLET/feed.xml and /OUTLET/SLUG.html."""
        app = web.Application()
        app.add_routes([web.get("/{outlet}/feed.xml", self._feed), web.get("/{outlet}/{slug}.html", self._page)])
        return app

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = next((each for each in self.outlets if each.id == request.match_info["outlet"]), None)
        if outlet is None:
            raise web.HTTPNotFound
        base = str(request.url.origin())
        entries = [entry for entry in self.published if entry[1].outlet == outlet.id][-NEWEST:]
        render = _render_atom if outlet.kind == "atom" else _render_rss
        return web.Response(text=render(outlet, base, list(reversed(entries))), content_type=f"application/{outlet.kind}+xml")

    async def _page(self, request: web.Request) -> web.Response:
        piece = next((piece for _, piece in self.published if piece.path == request.path), None)
        if piece is None:
            raise web.HTTPNotFound
        page = f"<!doctype html><title>{escape(piece.title)}</title><h1>{escape(piece.title)}</h1><p>{escape(piece.lede)}</p>"
        return web.Response(text=page, content_type="text/html")


def _render_rss(outlet: Outlet, base: str, entries: list[tuple[datetime, Piece]]) -> str:
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><link>{base}{piece.path}</link><guid>{base}{piece.path}</guid>"
        f"<description>{escape(piece.lede)}</description><pubDate>{format_datetime(at)}</pubDate></item>\n"
        for at, piece in entries
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
        f"<link>{base}/{outlet.id}/</link><description>{escape(outlet.name)}</description><language>{outlet.language}</language>\n"
        f"{items}</channel></rss>\n"
    )


def _render_atom(outlet: Outlet, base: str, entries: list[tuple[datetime, Piece]]) -> str:
    updated = max((at for at, _ in entries), default=None)
    return "\n".join(_atom_lines(outlet, base, entries, updated))


def _atom_lines(outlet: Outlet, base: str, entries: list[tuple[datetime, Piece]], updated: datetime | None) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
    yield f'<title>{escape(outlet.name)}</title><id>{base}/{outlet.id}/</id><link href="{base}/{outlet.id}/"/>'
    if updated:
        yield f"<updated>{updated.isoformat()}</updated>"
    for at, piece in entries:
        yield f'<entry><title>{escape(piece.title)}</title><id>{base}{piece.path}</id><link href="{base}{piece.path}"/>'
        yield f"<updated>{at.isoformat()}</updated><published>{at.isoformat()}</published><summary>{escape(piece.lede)}</summary></entry>"
    yield "</feed>\n"
