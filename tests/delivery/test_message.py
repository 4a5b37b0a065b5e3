"""The payload that receivers program against."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.message import MAX_BYTES, render_body
from service.domain.alerts import Alert, AlertedArticle, Passage, Update
from service.domain.coverage import Coverage, Report, coverage_of
from service.domain.developments import Development, News
from service.domain.evidence import Evidence
from tests.delivery.builders import CREATED, LEDE, TITLE, a_channel, a_delivery, alerted, an_alert, an_update, titled

WIDE = "\U0001f4f0"  # twelve bytes in ASCII JSON


def payload(alert: Alert | None) -> Any:
    body = render_body(a_delivery(a_channel(), alert))
    assert len(body) < MAX_BYTES
    assert body.isascii()
    return json.loads(body)


def test_where_to_give_feedback_is_said_however_much_is_left_out() -> None:
    for articles in (1, 40):
        body = render_body(a_delivery(a_channel(), an_alert(*[alerted()] * articles)), "https://watch.example/feedback/x")
        assert len(body) < MAX_BYTES
        assert json.loads(body)["data"]["feedback_url"] == "https://watch.example/feedback/x"


def test_an_alert() -> None:
    said = payload(an_alert(alerted(published_at=datetime(2026, 3, 2, 11, 30, tzinfo=UTC))))
    assert (said["type"], said["timestamp"]) == ("alert.created", "2026-03-02T11:55:07Z")
    data = said["data"]
    assert (data["id"], data["rule"], data["truncated"]) == ("al_1", {"id": "ru_1", "name": "NATO on the peace deal"}, False)
    (article,) = data["articles"]
    assert article["published_at"] == "2026-03-02T11:30:00Z"
    title, lede = article["passages"]
    assert (title["field"], title["text"], lede["text"]) == ("title", TITLE, LEDE)
    assert [TITLE[start:end] for start, end in title["highlights"]] == ["NATO", "peace deal"]
    assert article["evidence"][0] == {"part": "/actors/0", "term": "NATO", "field": "title", "start": 0, "end": 4, "text": "NATO"}


def test_an_update() -> None:
    said = payload(an_update())
    data = said["data"]
    assert said["type"] == "alert.updated"
    assert (data["id"], data["story"], data["update"]["number"]) == ("al_1", "st_1", 2)
    assert [each["text"] for each in data["update"]["news"]] == [
        "new actor: Kim Jong Un", "10 outlets report it", "Correction: a peace plan", "back after 26 hours",
    ]  # fmt: skip
    coverage = data["coverage"]
    assert (coverage["articles"], coverage["outlets"], coverage["independent"]) == (3, 3, 3)
    assert (coverage["languages"], coverage["spread_seconds"], coverage["first"]["source"]) == (["de", "en"], 3600, "Outlet 0")
    assert [each["credits"] for each in coverage["reports"]] == [[], ["reuters"], []]


def test_a_test_message() -> None:
    said = payload(None)
    assert said["type"] == "test"
    assert said["data"]["channel"] == {"id": "ch_1", "name": "News desk"}


def test_every_attempt_says_the_same() -> None:
    first, tenth = (render_body(a_delivery(a_channel(), an_alert(), tries=tries)) for tries in (0, 9))
    assert first == tenth


def test_what_databases_and_strict_readers_refuse_is_replaced_one_for_one() -> None:
    (article,) = payload(an_alert(titled("a\0b\ud800c\udfff")))["data"]["articles"]
    assert article["title"] == "a\ufffdb\ufffdc\ufffd"


@pytest.mark.parametrize(
    ("alert", "articles", "passages", "evidence"),
    [
        pytest.param(an_alert(*[alerted()] * 30), 30, 2, 0, id="evidence goes first"),
        pytest.param(an_alert(*[alerted()] * 70), 70, 0, 0, id="then passages"),
        pytest.param(an_alert(*[alerted()] * 1000), 62, 0, 0, id="then the later articles"),
        pytest.param(an_alert(titled(WIDE * 100_000), rule_name=WIDE * 200), 1, 0, 0, id="a megabyte of title is cut"),
    ],
)
def test_a_large_alert_loses_the_least_it_can(alert: Alert, articles: int, passages: int, evidence: int) -> None:
    data = payload(alert)["data"]
    assert data["truncated"] is True
    assert len(data["articles"]) == articles
    assert (len(data["articles"][0]["passages"]), len(data["articles"][0]["evidence"])) == (passages, evidence)
    assert data["articles"][0]["title"]


def test_half_a_url_is_no_url() -> None:
    (article,) = payload(an_alert(alerted(url="https://gazette.example/" + "x" * 30_000)))["data"]["articles"]
    assert article["url"] is None


wide_text = st.builds(lambda text, times: text * times, st.text(st.characters(), max_size=60), st.integers(0, 80))
an_id = st.from_regex(r"[a-z]{2}_[0-9a-f]{32}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))
found = st.builds(Evidence, an_id, wide_text, st.just("body"), st.integers(0, 10**6), st.integers(0, 10**6), wide_text)
passages = st.builds(Passage, st.just("body"), wide_text, st.just(((0, 1),)))
articles = st.builds(
    AlertedArticle, an_id, wide_text, st.none() | wide_text, wide_text, st.none() | moments, moments, st.none() | wide_text,
    st.lists(passages, max_size=3).map(tuple), st.lists(found, max_size=5).map(tuple),
)  # fmt: skip


reports = st.builds(
    Report, wide_text, wide_text, an_id, wide_text, st.none() | wide_text, st.none() | wide_text, moments, st.lists(wide_text).map(tuple)
)
coverages = st.lists(reports, min_size=1, max_size=30).map(coverage_of)
updates = st.builds(
    Update, st.integers(1, 9), moments, st.lists(st.builds(News, st.sampled_from(Development), wide_text), min_size=1).map(tuple)
)


@settings(max_examples=40)
@given(st.lists(articles, min_size=1, max_size=8), wide_text, st.none() | coverages, st.none() | updates)
def test_whatever_feeds_say_the_body_is_small_ascii_json(
    said: list[AlertedArticle], rule_name: str, coverage: Coverage | None, update: Update | None
) -> None:
    data = payload(Alert("al_1", "ws_1", "ru_1", rule_name, CREATED, tuple(said), "st_1", coverage, update))["data"]
    assert data["articles"][0]["id"] == said[0].id
