"""JSON Feeds and news sitemaps as they come, from one version to the next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st

_NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
SITEMAP_HEADS = {
    "plain": '<?xml version="1.0" encoding="UTF-8"?><urlset {news}>',
    "with a comment of the day": "<!-- made on {title} --><urlset {news}>",
    "with entities of its own": '<!DOCTYPE urlset [<!ENTITY port "{title}">]><urlset {news}>',
    "latin-1": '<?xml version="1.0" encoding="iso-8859-1"?><urlset {news}>',
}


@dataclass(frozen=True)
class Listed:
    """One article, in the words of neither format; `odd` is what else its item holds."""

    number: int
    title: str = "Bridge opens"
    odd: Any = None


@dataclass(frozen=True)
class JsonVersion:
    """A JSON Feed at one moment."""

    items: tuple[Listed, ...]
    title: str = "The Gazette"
    author: str = ""
    language: str | None = None

    def written(self) -> bytes:
        """Its bytes."""
        head = {"version": "https://jsonfeed.org/version/1.1", "title": self.title, "language": self.language}
        whole = {**head, "authors": [{"name": self.author}], "items": [_json_item(each) for each in self.items]}
        return json.dumps(whole).encode()


@dataclass(frozen=True)
class SitemapVersion:
    """A news sitemap at one moment."""

    items: tuple[Listed, ...]
    title: str = "The Gazette"
    head: str = "plain"

    def written(self) -> bytes:
        """Its bytes."""
        text = SITEMAP_HEADS[self.head].format(news=_NEWS, title=escape(self.title))
        text += "".join(_page(each) for each in self.items) + "</urlset>"
        return text.encode("latin-1" if self.head == "latin-1" else "utf-8", "xmlcharrefreplace")


ListVersion = JsonVersion | SitemapVersion

JSON_ODDITIES: tuple[Any, ...] = (
    None,
    {"content_html": "<p>Long</p><img src='/x.png'>", "author": {"name": "Ann"}},
    {"content_text": "A < B", "language": "fr", "date_published": "2026-03-02T10:00:00+01:00"},
    {"date_modified": "soon", "url": "relative/1", "tags": ["a", {"b": 1}]},
    {"id": "the same for all", "url": "https://news.example/same"},
    {"id": None, "url": "", "title": "", "summary": ""},
    {"id": "\ud800", "title": "half a \ud83d", "summary": 5},
    "no object at all",
    17,
)
PAGE_ODDITIES: tuple[Any, ...] = (
    None,
    "<lastmod>2026-03-02</lastmod>",
    "<loc>https://news.example/same</loc>",
    "<!-- a comment --><priority>0.5</priority>",
    "<n:news><n:title>second</n:title></n:news>",
    "<n:keywords>&port;, &amp; more</n:keywords>",
    "<image>&#233; ö €</image>",
    "<unclosed>",
    "A & B",
)


def _json_item(listed: Listed) -> Any:
    if isinstance(listed.odd, str | int):
        return listed.odd
    plain = {"id": str(listed.number), "url": f"https://news.example/{listed.number}", "title": listed.title}
    return {**plain, **(listed.odd or {})}


def _page(listed: Listed) -> str:
    news = "<n:publication><n:name>The Gazette</n:name><n:language>en</n:language></n:publication>"
    news += f"<n:publication_date>2026-03-0{1 + listed.number % 9}</n:publication_date><n:title>{escape(listed.title)}</n:title>"
    return f"<url>{listed.odd or ''}<loc>https://news.example/{listed.number}</loc><n:news>{news}</n:news></url>\n"


def _articles(odd: Sequence[Any]) -> st.SearchStrategy[Listed]:
    titles = st.sampled_from(["Bridge opens", "Dockers strike", "Live", "5 < 6 & 7", "", "Мост открыт"])
    return st.builds(Listed, st.integers(1, 40), titles, st.one_of(st.none(), st.none(), st.sampled_from(odd)))


def _versions() -> st.SearchStrategy[ListVersion]:
    json_items = st.lists(_articles(JSON_ODDITIES), min_size=4, max_size=10).map(tuple)
    pages = st.lists(_articles(PAGE_ODDITIES), min_size=4, max_size=10).map(tuple)
    authors, languages = st.sampled_from(["", "Desk"]), st.sampled_from([None, "de", 5])
    return st.one_of(
        st.builds(JsonVersion, json_items, author=authors, language=languages),
        st.builds(SitemapVersion, pages, head=st.sampled_from(sorted(SITEMAP_HEADS))),
    )


@st.composite
def list_histories(draw: st.DrawFn) -> list[ListVersion]:
    """A feed from version to version: new articles on top, old ones rolling out and in again, edits, another head."""
    version = draw(_versions())
    odd = JSON_ODDITIES if isinstance(version, JsonVersion) else PAGE_ODDITIES
    versions, rolled_out = [version], version.items[-2:]
    for _ in range(draw(st.integers(1, 4))):
        listed = (*draw(st.lists(_articles(odd), max_size=3)), *version.items)
        match draw(st.sampled_from(["roll", "roll", "edit", "swap", "return", "head", "repeat"])):
            case "roll" if len(listed) > 2:
                listed, rolled_out = listed[:-2], listed[-2:]
            case "edit":
                listed = (*listed[:-1], replace(listed[-1], title="Edited"))
            case "swap":
                listed = tuple(reversed(listed))
            case "return":
                listed = (*listed, *rolled_out)
            case "repeat":
                listed = (listed[-1], *listed)
            case _:
                version = replace(version, title="The Herald")
        version = replace(version, items=listed)
        versions.append(version)
    return versions
