"""Whose text an article says it is."""

from __future__ import annotations

from typing import Any

import pytest

from service.matching.credits import credits_of, without_credit
from tests.make import an_article


@pytest.mark.parametrize(
    ("changes", "agencies"),
    [
        pytest.param({"title": "Harbour bridge opens - Bloomberg.com"}, {"bloomberg"}, id="behind a title"),
        pytest.param({"summary": "Harbour bridge opens Reuters"}, {"reuters"}, id="behind a lede, as aggregators write it"),
        pytest.param({"summary": "MARLOW (AP) — The harbour bridge opened."}, {"ap"}, id="in a dateline"),
        pytest.param({"body": "МОСКВА, 2 марта. /ТАСС/. Мост открыт."}, {"tass"}, id="in a Russian dateline"),
        pytest.param({"summary": "（ブルームバーグ）：橋が開通した。"}, {"bloomberg"}, id="in Japanese brackets"),
        pytest.param({"summary": "The bridge is open, according to Reuters."}, {"reuters"}, id="according to"),
        pytest.param({"title": "Bridge opens, citing foreign media"}, {"media"}, id="unnamed media"),
        pytest.param({"summary": "Most otwarto, podaje PAP."}, {"pap"}, id="in Polish"),
        pytest.param({"summary": "Мост открыт, сообщает Интерфакс."}, {"interfax"}, id="in Russian"),
        pytest.param({"summary": "Die Brücke ist offen, wie die dpa berichtet."}, {"dpa"}, id="in German"),
        pytest.param({"summary": "Le pont est ouvert, selon l'AFP."}, {"afp"}, id="in French, with an apostrophe"),
        pytest.param({"author": "Jo Bloggs, Associated Press"}, {"ap"}, id="as its author"),
        pytest.param({"source": "Reuters"}, {"reuters"}, id="the agency itself"),
        pytest.param({"summary": "Police said a lap of the bridge takes a nap."}, set(), id="small letters are no agency"),
        pytest.param({"summary": "Shares of Thomson Reuters rose."}, set(), id="an agency in the news"),
        pytest.param({"summary": "Officers stand guard. (The Canadian Press/Jo Bloggs)"}, set(), id="a photographer's agency"),
        pytest.param({}, set(), id="nobody"),
    ],
)
def test_credits_stand_where_credits_stand(changes: dict[str, Any], agencies: set[str]) -> None:
    assert credits_of(an_article(**changes)) == agencies


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        pytest.param("Bridge opens - The Gazette", "Bridge opens", id="its outlet"),
        pytest.param("Bridge opens - Bloomberg.com", "Bridge opens", id="an agency"),
        pytest.param("Bridge opens - gazette.example", "Bridge opens", id="a site"),
        pytest.param("Bridge opens - at last", "Bridge opens - at last", id="the rest of the title"),
        pytest.param(" - The Gazette", " - The Gazette", id="nothing before it"),
    ],
)
def test_the_outlet_at_its_end_is_no_part_of_a_title(title: str, bare: str) -> None:
    assert without_credit(title, "The Gazette") == bare
