"""Alerts as Atom and JSON Feed, read by feedparser and by our own reader."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from service.delivery.out_feed import FeedHead, ToldAlert, changed_at, render_atom, render_json_feed
from service.feeds.parse import parse_document
from tests.delivery.builders import CREATED, NOW, UTC_ZONE, an_alert, an_update, titled

HEAD = FeedHead("of_1", "Bridges & <b>more</b>", "https://watch.example/feeds/t.atom", NOW, UTC_ZONE)
UPDATED = ToldAlert(an_alert(story=True), (an_update(),))
HOSTILE = [line for line in (Path(__file__).parents[1] / "data" / "hostile" / "chat_titles.txt").read_text().split("\n") if line]


def read(body: bytes) -> Any:
    """As feedparser reads it, which must have nothing to complain of."""
    parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-type": "application/atom+xml"}, sanitize_html=False)
    assert not parsed.bozo
    return parsed


def test_atom_is_read_by_feedparser_and_by_us() -> None:
    body = render_atom(HEAD, [UPDATED])
    parsed = read(body)
    assert (parsed.version, parsed.feed.title, parsed.feed.id) == ("atom10", "Bridges & <b>more</b>", "urn:wirewatch:of_1")
    [entry] = parsed.entries
    assert (entry.id, entry.title) == ("urn:wirewatch:al_1", "NATO chief Rutte welcomes peace deal")
    assert entry.link == "https://gazette.example/1"
    assert "Kim Jong Un" in entry.content[0].value
    [ours] = parse_document(body, {"content-type": "application/atom+xml"}, HEAD.url).entries
    assert (ours.guid, ours.title, ours.link) == (entry.id, entry.title, entry.link)


def test_json_feed_is_read_by_us() -> None:
    body = render_json_feed(HEAD, [UPDATED])
    assert json.loads(body)["version"] == "https://jsonfeed.org/version/1.1"
    [ours] = parse_document(body, {"content-type": "application/feed+json"}, HEAD.url).entries
    assert (ours.guid, ours.title, ours.link) == ("urn:wirewatch:al_1", "NATO chief Rutte welcomes peace deal", "https://gazette.example/1")


def test_an_update_changes_the_entry_and_not_its_id() -> None:
    told = an_update()
    assert told.update is not None
    later = replace(told, update=replace(told.update, created_at=CREATED + timedelta(hours=1)))
    before, after = read(render_atom(HEAD, [ToldAlert(an_alert(), ())])), read(render_atom(HEAD, [ToldAlert(an_alert(), (later,))]))
    assert before.entries[0].id == after.entries[0].id
    assert before.entries[0].published == after.entries[0].published == before.entries[0].updated
    assert after.entries[0].updated > before.entries[0].updated
    assert changed_at(HEAD, [ToldAlert(an_alert(), (later,))]) == CREATED + timedelta(hours=1)


def test_an_empty_feed_is_a_feed() -> None:
    assert read(render_atom(HEAD, [])).entries == []
    assert json.loads(render_json_feed(HEAD, []))["items"] == []


@pytest.mark.parametrize("title", [*HOSTILE, "nul \0 bell \x07 \ud800 \ufffe \uffff ]]> end"])
def test_a_hostile_headline_is_text(title: str) -> None:
    told = [ToldAlert(an_alert(titled(title)), ())]
    [entry] = read(render_atom(HEAD, told)).entries
    assert "<script" not in entry.content[0].value.replace("&lt;script", "")
    [item] = json.loads(render_json_feed(HEAD, told))["items"]
    assert "<img" not in item["content_html"]
    assert "<script" not in item["content_html"]
    parse_document(render_json_feed(HEAD, told), {"content-type": "application/feed+json"}, HEAD.url)
