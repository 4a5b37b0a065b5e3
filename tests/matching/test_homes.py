"""The home state of an article, by its language and by its site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.actor_tables import read_homes, read_states
from service.matching.homes import home_states, host_of


@pytest.mark.parametrize(
    ("language", "host", "states"),
    [
        pytest.param("pl", "", {"PL"}, id="a language of one state"),
        pytest.param("UK", "", {"UA"}, id="a language is no domain, and may be in capitals"),
        pytest.param("en", "gazette.example.co.uk", {"GB"}, id="a domain that is not the ISO code"),
        pytest.param("en", "www.gazette.ng", {"NG"}, id="a domain that is"),
        pytest.param("pl", "gazette.de", {"PL", "DE"}, id="both signs, of two states"),
        pytest.param("pl", "gazette.pl", {"PL"}, id="both signs, of one state"),
        pytest.param("en", "gazette.com", set(), id="neither sign"),
        pytest.param("es", "", set(), id="a language of many states"),
        pytest.param("pt-BR", "", {"BR"}, id="a language of many, with a region"),
        pytest.param("en_IN", "", {"IN"}, id="a region behind a low line"),
        pytest.param("en-US", "", set(), id="a tag that software fills in by itself"),
        pytest.param("ja-JP", "", {"JP"}, id="a region that says no more than the language"),
        pytest.param("", "gazette.io", set(), id="a domain that is sold for what it spells"),
        pytest.param("", "gazette.tv", set(), id="another of those"),
        pytest.param("", "новости.рф", {"RU"}, id="a domain in another script"),
        pytest.param("", "xn--b1amarcd.xn--j1amh", {"UA"}, id="a domain in another script, as registered"),
        pytest.param("", "gazette.FR.", {"FR"}, id="a full domain name, in capitals"),
        pytest.param("", "fr", set(), id="a host that is no site"),
        pytest.param("", "127.0.0.1", set(), id="an address"),
        pytest.param("", "", set(), id="nothing known"),
    ],
)
def test_an_article_has_the_home_that_its_language_or_its_site_says(language: str, host: str, states: set[str]) -> None:
    assert home_states(language, host) == {f"state:{code}" for code in states}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://News.example.pl:8443/a?b=c", "news.example.pl", id="a URL"),
        pytest.param("urn:isbn:1", "", id="a URL without a host"),
        pytest.param("http://[", "", id="no URL"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


def test_every_home_is_a_state_of_the_pack() -> None:
    assert {*read_homes("language").values(), *read_homes("domain").values()} <= set(read_states())


@given(st.text(), st.text())
def test_no_language_and_no_url_is_too_strange(language: str, url: str) -> None:
    assert home_states(language, host_of(url)) <= {f"state:{code}" for code in read_states()}
    assert home_states(language, url) <= {f"state:{code}" for code in read_states()}
