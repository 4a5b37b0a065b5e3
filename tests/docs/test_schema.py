"""The schema of the webhook payload, against what is really sent."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from service.delivery.feed_notice import HEADLINES
from service.delivery.message import render_body
from service.domain.alerts import Alert
from service.domain.channel_notices import ChannelNotice, ChannelNoticeKind
from service.domain.digests import Digest
from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState
from service.domain.spikes import Later
from tests.delivery.builders import CREATED, NEWS, SPIKE, a_channel, a_delivery, a_digest, a_spike, alerted, an_alert, an_update, titled

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "schema" / "webhook.json").read_text())
KINDS = (
    "alert", "update", "news", "coverage", "report", "rule", "article", "scores", "passage", "evidence",
    "spike", "later", "feed_notice", "feed", "told_feed", "channel_notice", "disabled_channel", "test", "channel", "digest",
)  # fmt: skip


def closed(schema: Any) -> Any:
    """The schema with nothing allowed that it does not name, so that an undocumented field shows."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: closed(part) for name, part in schema.items()}
    return {**shut, "additionalProperties": False} if shut.get("type") == "object" and "properties" in shut else shut


def payload(alert: Alert | None) -> Any:
    return json.loads(render_body(a_delivery(a_channel(), alert)))


def notice(**changes: Any) -> FeedNotice:
    values = {"title": "The Gazette", "state": FeedState.FAILING, "reason": "The server answers HTTP 500: an error."}
    return FeedNotice(id="fn_1", workspace="ws_1", feed="fd_1", url="https://n.example/feed", created_at=CREATED, **{**values, **changes})


def check(message: Any) -> None:
    jsonschema_rs.Draft202012Validator(closed(SCHEMA), validate_formats=True).validate(message)


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param(None, id="a test message"),
        pytest.param(an_alert(alerted(published_at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC))), id="an alert"),
        pytest.param(an_alert(titled("")), id="an article with nothing but a link"),
        pytest.param(an_alert(alerted(url=None, language=None)), id="an article without link and language"),
        pytest.param(an_alert(*[alerted()] * 40), id="a truncated alert"),
        pytest.param(an_alert(story=True), id="an alert about a story"),
        pytest.param(an_update(NEWS), id="an update"),
        pytest.param(an_update(NEWS * 100), id="a truncated update"),
        pytest.param(a_spike(), id="a spike"),
        pytest.param(a_spike(told=7), id="a spike that has grown"),
        pytest.param(replace(a_spike(), spike=replace(SPIKE, later=Later(0, CREATED))), id="a spike that waited"),
        pytest.param(replace(a_spike(), spike=replace(SPIKE, usual=0.0)), id="a spike where there was nothing"),
    ],
)
def test_what_is_sent_fits_the_schema_and_has_no_field_that_it_lacks(alert: Alert | None) -> None:
    check(payload(alert))


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param(a_digest(), id="an empty digest"),
        pytest.param(a_digest(an_alert(story=True), an_update(NEWS)), id="an alert and an update"),
        pytest.param(a_digest(*[an_alert(story=True)] * 100, rule=None), id="a truncated digest of several rules"),
    ],
)
def test_a_digest_fits_the_schema(digest: Digest) -> None:
    message = json.loads(render_body(a_delivery(a_channel(), digest=digest)))
    check(message)
    assert message["type"] == "digest.created"


@pytest.mark.parametrize("state", sorted(HEADLINES))
def test_what_is_said_of_a_feed_fits_the_schema(state: FeedState) -> None:
    told = notice(state=state, title=None if state is FeedState.GONE else "\ud800" * 9000)
    message = json.loads(render_body(a_delivery(a_channel(), notice=told)))
    check(message)
    assert message["type"] == told.kind


def test_what_is_said_of_many_feeds_fits_the_schema_and_into_20_kb() -> None:
    told = notice(others=tuple(notice(title="\ud800" * 9000, reason="x" * 9000) for _ in range(500)))
    body = render_body(a_delivery(a_channel(), notice=told))
    message = json.loads(body)
    check(message)
    assert message["data"]["count"] == 501
    assert 0 < len(message["data"]["feeds"]) < 501
    assert len(body) < 20_000


def test_what_is_said_of_a_channel_fits_the_schema() -> None:
    told = ChannelNotice("cn_1", ChannelNoticeKind.DISABLED, "ch_2", "webhook", "\ud800" * 9000, "HTTP 410" * 9000, CREATED)
    message = json.loads(render_body(a_delivery(a_channel(), channel_notice=told)))
    check(message)
    assert message["type"] == "channel.disabled"


def test_whatever_a_feed_can_become_has_its_words() -> None:
    assert set(FeedState) - {FeedState.NEW, FeedState.PAUSED} == set(HEADLINES)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(("type",), "alert.deleted", id="another type"),
        pytest.param(("timestamp",), "yesterday", id="no time"),
        pytest.param(("data", "truncated"), "no", id="a word for a truth"),
        pytest.param(("data", "more"), 1, id="an undocumented field"),
        pytest.param(("data", "articles"), [], id="an alert about nothing"),
        pytest.param(("data", "update"), {"number": 1, "created_at": "2026-03-02T12:00:00Z", "news": []}, id="an update without news"),
    ],
)
def test_the_schema_refuses(place: tuple[str, ...], value: Any) -> None:
    message = copy.deepcopy(payload(an_alert()))
    target = message
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(jsonschema_rs.ValidationError):
        check(message)


def test_the_developers_page_tells_every_field_of_the_schema() -> None:
    told = set(re.findall(r"^\| `([a-z_.\[\]]+)` \|", (DOCS / "developers.md").read_text(), flags=re.MULTILINE))
    frame = {
        "digest": "data.",
        "feed_notice": "data.",
        "feed": "data.feed.",
        "told_feed": "data.feeds[].",
        "channel_notice": "data.",
        "disabled_channel": "data.channel.",
    }
    frame |= {"alert": "data.", "rule": "data.rule.", "article": "data.articles[].", "test": "data.", "channel": "data.channel."}
    frame |= {name: f"data.articles[].{name}[]." for name in ("passage", "evidence")}
    frame["passage"] = "data.articles[].passages[]."
    frame["scores"] = "data.articles[].scores."
    frame |= {"spike": "data.spike.", "later": "data.spike.later."}
    frame |= {
        "update": "data.update.",
        "news": "data.update.news[].",
        "coverage": "data.coverage.",
        "report": "data.coverage.reports[].",
    }
    named = {frame[kind] + name for kind in KINDS for name in SCHEMA["$defs"][kind]["properties"]} | {"type", "timestamp"}
    parents = {name for name in named if any(other.startswith((f"{name}.", f"{name}[].")) for other in named)}
    assert told >= named - parents
    assert {name for name in told if name.startswith("data.")} <= named
