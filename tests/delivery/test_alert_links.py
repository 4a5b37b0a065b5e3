"""Links in alerts are bound to one alert and one channel, and open nothing without our key."""

from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.alert_links import AlertLink, LinkMaker, Purpose, alert_token, hide_proofs, read_token
from service.delivery.confirmation import confirm_token
from service.delivery.unsubscribe import unsubscribe_token
from tests.delivery.builders import KEY, an_alert

LINK = AlertLink("al_1", "ch_1")
TOKEN = alert_token(Purpose.FEEDBACK, LINK, KEY)
MAKER = LinkMaker("https://watch.example/", "ch_1", KEY)


@given(st.from_regex(r"al_[0-9a-f]{26}", fullmatch=True), st.from_regex(r"ch_[0-9a-f]{32}", fullmatch=True))
def test_a_token_says_what_it_was_made_for(alert: str, channel: str) -> None:
    link = AlertLink(alert, channel)
    for purpose, other in ((Purpose.FEEDBACK, Purpose.MUTE), (Purpose.MUTE, Purpose.FEEDBACK)):
        assert read_token(purpose, alert_token(purpose, link, KEY), KEY) == link
        assert read_token(other, alert_token(purpose, link, KEY), KEY) is None


@given(st.text(st.characters()))
def test_a_made_up_token_opens_nothing(token: str) -> None:
    for wrong in (token, f"al_1.ch_1.{token}", f"{token}.{TOKEN}"):
        assert read_token(Purpose.FEEDBACK, wrong, KEY) is None or wrong == TOKEN


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(alert_token(Purpose.FEEDBACK, LINK, b"another key"), id="another key's"),
        pytest.param("al_2" + TOKEN.removeprefix("al_1"), id="another alert's"),
        pytest.param(TOKEN.replace("ch_1", "ch_2"), id="another channel's"),
        pytest.param(TOKEN[:-1], id="cut off"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(unsubscribe_token("al_1.ch_1", KEY), id="a signature to unsubscribe"),
        pytest.param(confirm_token("al_1.ch_1", "", KEY), id="a signature to confirm"),
    ],
)
def test_a_forged_token_opens_nothing(token: str) -> None:
    assert token != TOKEN
    assert read_token(Purpose.FEEDBACK, token, KEY) is None


def test_the_links_stand_under_the_public_url() -> None:
    links = MAKER.links_of(an_alert(story=True))
    token, mute = (alert_token(each, LINK, KEY) for each in (Purpose.FEEDBACK, Purpose.MUTE))
    assert links.relevant == f"https://watch.example/feedback/{token}?relevant=yes"
    assert links.not_relevant == f"https://watch.example/feedback/{token}?relevant=no"
    assert (links.mute_rule, links.mute_story) == (
        f"https://watch.example/mute/{mute}?what=rule",
        f"https://watch.example/mute/{mute}?what=story",
    )


def test_a_link_that_was_made_with_an_end_goes_on_to_work() -> None:
    signed = hmac.digest(KEY, b"alert-link\0feedback\0al_1.ch_1.1775001600", "sha256")
    token = f"al_1.ch_1.1775001600.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"
    assert read_token(Purpose.FEEDBACK, token, KEY) == LINK
    assert read_token(Purpose.MUTE, token, KEY) is None


def test_an_alert_without_a_story_has_none_to_mute() -> None:
    assert MAKER.links_of(an_alert()).mute_story is None


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_a_quoted_link_works_no_more(cut: int) -> None:
    quoted = f"we do not take <{MAKER.feedback_url('al_1')}"[: -cut or None]
    said = hide_proofs(f"{quoted}> here")
    assert said.endswith(".***> here")
    assert read_token(Purpose.FEEDBACK, said.partition("/feedback/")[2].partition(">")[0], KEY) is None
