"""What a reader's mute keeps back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.domain.mutes import Mute, Muted, make_mute, say_mute
from tests.make import NOON


def a_mute(muted: Muted, **changes: Any) -> Mute:
    values = {"workspace": "ws_1", "channel": "ch_1", "rule": "ru_1", "story": "st_1", "alert": "al_1", "now": NOON, **changes}
    return make_mute(muted, **values)


RULE, STORY, ALONE = a_mute(Muted.RULE), a_mute(Muted.STORY), a_mute(Muted.STORY, story=None)


@pytest.mark.parametrize(
    ("mute", "message", "covered"),
    [
        pytest.param(RULE, {"rule": "ru_1", "story": "st_2", "alert": "al_2"}, True, id="another alert of the rule"),
        pytest.param(RULE, {"rule": "ru_1"}, True, id="a digest of the rule"),
        pytest.param(RULE, {"rule": "ru_2", "story": "st_1", "alert": "al_3"}, False, id="another rule's alert about the same story"),
        pytest.param(RULE, {"rule": None}, False, id="a digest of several rules"),
        pytest.param(STORY, {"rule": "ru_1", "story": "st_1", "alert": "al_1"}, True, id="an update of the alert"),
        pytest.param(STORY, {"rule": "ru_2", "story": "st_1", "alert": "al_3"}, True, id="another rule's alert about the story"),
        pytest.param(STORY, {"rule": "ru_1", "story": "st_9", "alert": "al_1"}, True, id="its story became part of another"),
        pytest.param(STORY, {"rule": "ru_1", "story": "st_2", "alert": "al_2"}, False, id="another story of the rule"),
        pytest.param(STORY, {"rule": "ru_1", "story": None, "alert": "al_2"}, False, id="an alert without a story"),
        pytest.param(ALONE, {"rule": "ru_1", "story": None, "alert": "al_2"}, False, id="no story is not the same story"),
        pytest.param(ALONE, {"rule": "ru_1", "story": None, "alert": "al_1"}, True, id="the alert itself, which has no story"),
    ],
)
def test_what_is_kept_back(mute: Mute, message: dict[str, str | None], covered: bool) -> None:
    given = {"rule": None, "story": None, "alert": None, **message}
    assert mute.covers(rule=given["rule"], story=given["story"], alert=given["alert"]) is covered


def test_to_mute_again_is_the_same_mute_which_ends_later() -> None:
    later = a_mute(Muted.RULE, alert="al_2", now=NOON + timedelta(hours=1))
    assert (later.id, later.ends_at - RULE.ends_at) == (RULE.id, timedelta(hours=1))
    others = {a_mute(Muted.STORY).id, a_mute(Muted.RULE, channel="ch_2").id, a_mute(Muted.RULE, rule="ru_2").id}
    assert len({RULE.id, *others}) == 4


def test_it_says_until_when() -> None:
    rule, story = (f"the reader of this channel muted the {what} until" for what in ("rule", "story"))
    assert say_mute(RULE, ZoneInfo("UTC")) == f"{rule} Tue 3 Mar 2026, 12:00 UTC ({RULE.id})"
    assert say_mute(STORY, ZoneInfo("Europe/Brussels")) == f"{story} Wed 1 Apr 2026, 14:00 CEST ({STORY.id})"
