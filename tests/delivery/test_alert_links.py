"""Links in alerts are bound to one alert and one channel, and open nothing without our key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.alert_links import LINKS_LAST, AlertLink, LinkMaker, Purpose, alert_token, hide_proofs, read_token
from service.delivery.confirmation import confirm_token
from service.delivery.unsubscribe import unsubscribe_token
from tests.delivery.builders import CREATED, KEY, an_alert

LINK = AlertLink("al_1", "ch_1", datetime(2026, 4, 1, tzinfo=UTC))
TOKEN = alert_token(Purpose.FEEDBACK, LINK, KEY)
MAKER = LinkMaker("https://watch.example/", "ch_1", CREATED, KEY)


@given(
    st.from_regex(r"al_[0-9a-f]{26}", fullmatch=True),
    st.from_regex(r"ch_[0-9a-f]{32}", fullmatch=True),
    st.integers(1, 2**33),
)
def test_a_token_says_what_it_was_made_for(alert: str, channel: str, expires: int) -> None:
    link = AlertLink(alert, channel, datetime.fromtimestamp(expires, UTC))
    for purpose, other in ((Purpose.FEEDBACK, Purpose.MUTE), (Purpose.MUTE, Purpose.FEEDBACK)):
        assert read_token(purpose, alert_token(purpose, link, KEY), KEY) == link
        assert read_token(other, alert_token(purpose, link, KEY), KEY) is None


@given(st.text(st.characters()))
def test_a_made_up_token_opens_nothing(token: str) -> None:
    for wrong in (token, f"al_1.ch_1.99999999999.{token}", f"{token}.{TOKEN}"):
        assert read_token(Purpose.FEEDBACK, wrong, KEY) is None or wrong == TOKEN


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(alert_token(Purpose.FEEDBACK, LINK, b"another key"), id="another key's"),
        pytest.param("al_2" + TOKEN.removeprefix("al_1"), id="another alert's"),
        pytest.param(TOKEN.replace("ch_1", "ch_2"), id="another channel's"),
        pytest.param(TOKEN.replace(".177", ".277"), id="a later end"),
        pytest.param(TOKEN[:-1], id="cut off"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(unsubscribe_token("al_1.ch_1.9999999999", KEY), id="a signature to unsubscribe"),
        pytest.param(confirm_token("al_1.ch_1.9999999999", "", KEY), id="a signature to confirm"),
    ],
)
def test_a_forged_token_opens_nothing(token: str) -> None:
    assert token != TOKEN
    assert read_token(Purpose.FEEDBACK, token, KEY) is None


def test_the_links_stand_under_the_public_url_and_end_a_month_after_the_message_was_made() -> None:
    links = MAKER.links_of(an_alert(story=True))
    link = AlertLink("al_1", "ch_1", CREATED + LINKS_LAST)
    token, mute = (alert_token(each, link, KEY) for each in (Purpose.FEEDBACK, Purpose.MUTE))
    assert links.relevant == f"https://watch.example/feedback/{token}?relevant=yes"
    assert links.not_relevant == f"https://watch.example/feedback/{token}?relevant=no"
    assert (links.mute_rule, links.mute_story) == (
        f"https://watch.example/mute/{mute}?what=rule",
        f"https://watch.example/mute/{mute}?what=story",
    )


def test_every_attempt_makes_the_same_links_and_another_message_others() -> None:
    alert = an_alert()
    assert MAKER.links_of(alert) == MAKER.links_of(alert)
    assert replace(MAKER, made_at=CREATED + timedelta(days=1)).links_of(alert) != MAKER.links_of(alert)


def test_an_alert_without_a_story_has_none_to_mute() -> None:
    assert MAKER.links_of(an_alert()).mute_story is None


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_quoted_link_works_no_more(cut: int) -> None:
    quoted = f"we do not take <{MAKER.feedback_url('al_1')}"[: -cut or None]
    said = hide_proofs(f"{quoted}> here")
    assert said.endswith(".***> here")
    assert read_token(Purpose.FEEDBACK, said.partition("/feedback/")[2].partition(">")[0], KEY) is None
