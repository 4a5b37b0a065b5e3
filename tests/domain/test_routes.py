"""Which channels get a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.alerts import AlertedArticle, quote_article
from service.domain.evidence import Evidence, Scores
from service.domain.routes import Only, Route, channels_for, wants
from service.domain.rules import RuleSpec
from tests.delivery.builders import alerted, an_alert
from tests.make import an_article

LEDE = quote_article(an_article(summary="a bridge"), (Evidence("/topics/0", "bridge", "lede", 2, 8, "bridge"),), Scores(0.9, 0.4))
TITLE = replace(alerted(), scores=Scores(0.9, 0.8))


@pytest.mark.parametrize(
    ("only", "article", "wanted"),
    [
        pytest.param({"title": True}, TITLE, True, id="in the title"),
        pytest.param({"title": True}, LEDE, False, id="in the lede"),
        pytest.param({"sources": ["the gazette"]}, LEDE, True, id="by its name"),
        pytest.param({"sources": ["Herald", "gazette.example"]}, LEDE, True, id="by its host"),
        pytest.param({"sources": ["example"]}, LEDE, True, id="by a domain above"),
        pytest.param({"sources": ["azette.example"]}, LEDE, False, id="not by a part of a host's word"),
        pytest.param({"sources": ["gazette.example"]}, replace(LEDE, url=None, source="x"), False, id="from nowhere"),
        pytest.param({"least_score": 0.8}, TITLE, True, id="just sure enough"),
        pytest.param({"least_score": 0.81}, TITLE, False, id="not sure enough"),
        pytest.param({"least_score": 0}, replace(LEDE, scores=None), False, id="of unknown score"),
        pytest.param({"title": True, "least_score": 0.9}, TITLE, False, id="all that is asked"),
    ],
)
def test_a_condition(only: dict[str, Any], article: AlertedArticle, wanted: bool) -> None:
    assert wants(Only.model_validate(only), (article,)) is wanted


def test_one_article_must_be_all_that_is_asked() -> None:
    only = Only(title=True, sources=("Herald",))
    assert not wants(only, (TITLE, replace(LEDE, source="Herald")))
    assert wants(only, (LEDE, replace(TITLE, source="Herald")))


entries = st.lists(
    st.sampled_from(["ch_1", "ch_2"])
    | st.builds(
        Route,
        channel=st.sampled_from(["ch_1", "ch_2", "ch_3"]),
        only=st.builds(Only, title=st.just(True), sources=st.sampled_from([(), ("The Gazette",)]), least_score=st.none() | st.floats(0, 1)),
    ),
    max_size=6,
)
articles = st.lists(st.sampled_from([TITLE, LEDE]), min_size=1, max_size=3)


@given(entries, articles)
def test_every_channel_gets_it_once_and_for_a_reason(listed: list[str | Route], told: list[AlertedArticle]) -> None:
    chosen = channels_for(listed, an_alert(*told))
    assert chosen is not None
    assert len(chosen) == len({*chosen})
    plain = {each for each in listed if isinstance(each, str)}
    asked = {each.channel for each in listed if isinstance(each, Route) and any(wants(each.only, [one]) for one in told)}
    assert {*chosen} == plain | asked


@given(entries, articles, articles)
def test_another_article_never_takes_a_channel_away(
    listed: list[str | Route], told: list[AlertedArticle], more: list[AlertedArticle]
) -> None:
    before, after = channels_for(listed, an_alert(*told)), channels_for(listed, an_alert(*told, *more))
    assert {*(before or ())} <= {*(after or ())}


def test_plain_ids_and_none_are_as_they_were() -> None:
    assert channels_for(None, an_alert()) is None
    assert channels_for((), an_alert()) == ()
    assert channels_for(("ch_2", "ch_1"), an_alert()) == ("ch_2", "ch_1")


@pytest.mark.parametrize("entry", [{"channel": "ch_1"}, {"channel": "ch_1", "only": {}}, {"channel": "", "only": {"title": True}}, 5])
def test_a_route_that_asks_nothing_is_refused(entry: Any) -> None:
    with pytest.raises(ValidationError):
        RuleSpec(name="R", topics=("x",), channels=(entry,))
