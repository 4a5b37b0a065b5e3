"""Where an agency's text says its reporter sits."""

from __future__ import annotations

import pytest

from service.matching.datelines import dateline_end
from service.matching.reading import Reading
from service.matching.scoring import DEEP, place_weight


@pytest.mark.parametrize(
    "dateline",
    [
        "TEHRAN, May 21 (MNA) – ",
        "TEHRAN (Tasnim) – ",
        "MOSCOW, May 21. /TASS/. ",
        "DUBAI, United Arab Emirates — ",
        "NEW YORK (AP) — ",
        "Paris (AFP) - ",
        "Berlin (dpa) - ",
        "Kyiv, Ukraine (Reuters): ",
        "Rio de Janeiro (Reuters) - ",
        "Madrid, 21 may (EFE).- ",
        "МОСКВА, 21 мая. /ТАСС/. ",
        "[東京 19日 ロイター] - ",
    ],
)
def test_a_dateline_ends_where_the_news_begins(dateline: str) -> None:
    assert dateline_end(f"{dateline}Rain is expected.") == len(dateline.rstrip())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tehran is where rain is expected.",
        "NATO - the alliance of 32 states - meets.",
        "Apple Inc (AAPL) - shares fall.",
        "Harry Kane (32) - the striker - scores.",
        "Tehran (rain) - and snow.",
        "BREAKING: Paris floods.",
        "[allAfrica] Rain is expected.",
        "(Reuters) - Rain is expected.",
        "Rain is expected. TEHRAN (Tasnim) – More rain.",
        "A" * 10_000,
        "AB " * 10_000,
        "AB, " + "C" * 10_000,
        "[" * 10_000,
    ],
)
def test_other_beginnings_are_none(text: str) -> None:
    assert dateline_end(text) == 0


def test_a_place_in_a_dateline_counts_as_little_as_one_deep_in_the_text() -> None:
    reading = Reading({"title": "Rain", "lede": "TEHRAN (Tasnim) – Rain in Tehran.", "body": "PARIS (AFP) - Snow."})
    weights = [place_weight(*reading.standing(place)) for place in reading.places(("tehran",))]
    assert weights == [DEEP, 0.85]
    assert [place_weight(*reading.standing(place)) for place in reading.places(("paris",))] == [DEEP]
    assert [place_weight(*reading.standing(place)) for place in reading.places(("snow",))] == [0.85]
