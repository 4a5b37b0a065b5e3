"""What stands in an article and is not of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.furniture import without_furniture
from service.matching.reading import Reading

FURNITURE = [
    "Bookmark Share WhatsApp Telegram Facebook Twitter Email LinkedIn",
    "Facebook Twitter Whatsapp Linkedin",
    "Share | X | LinkedIn | YouTube | Facebook",
    "Facebook\nTwitter\nTeilen",
    "Follow her on Twitter and LinkedIn",
    "Follow Jane Doe on Twitter @janedoe",
    "Follow us on X and Facebook",
    "Find Weather News on Facebook, Instagram and Twitter",
    "Folgen Sie uns auf Facebook und Twitter",
    "Suivez-nous sur Twitter",
    "Подписывайтесь на нас в Telegram",
    "The post Rain falls in Twitter's city appeared first on The Daily Rain.",
]
PROSE = [
    "Facebook, Twitter and YouTube were fined.",
    "He returned to Twitter on Friday.",
    "The ministry wrote on X/Twitter: rain.",
    "Twitter Twitter says so.",
    "Share prices of Facebook fell; Twitter rose.",
    "Twitter owner Musk said on Facebook that rain falls.",
    "The post office appeared closed.",
    "The post was vacant when a video of Kyiv appeared first on Telegram, and then in the papers of the whole world next day.",
    "Follow the money. Twitter fell.",
    "Police find bodies after a threat on Facebook.",
    "Hundreds join a boycott of Norway on Facebook.",
    "Editors contact a source in Kyiv on Telegram and WhatsApp.",
    "Find the truth on Facebook.",
    "Find out why the court ruled against Twitter",
]


@pytest.mark.parametrize("furniture", FURNITURE)
def test_furniture_is_left_out(furniture: str) -> None:
    read = without_furniture(f"Rain falls. {furniture}\nSun shines.")
    assert read.split() == ["Rain", "falls.", "Sun", "shines."]


@pytest.mark.parametrize("prose", PROSE)
def test_prose_stays(prose: str) -> None:
    assert without_furniture(prose) == prose


@given(st.lists(st.sampled_from([*FURNITURE, *PROSE, " on ", "Facebook ", "@x", "\n", ", ", "The post "]), max_size=30).map("".join))
def test_all_else_stays_where_it_stood(text: str) -> None:
    read = without_furniture(text)
    assert len(read) == len(text)
    assert all(after in (before, " ") for before, after in zip(text, read, strict=True))


def test_share_buttons_are_no_mention_of_a_platform() -> None:
    buttons = "Share Facebook Twitter WhatsApp"
    reading = Reading({"title": "Twitter", "lede": f"Rain. {buttons}", "body": f"{buttons}. Twitter fell."})
    assert [place.rank for place in reading.places(("twitter",))] == [0, 2]
