"""The canonical form of links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.links import canonical_link


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param("https://www.Example.org/News/1/", "example.org/News/1", id="scheme, www, case of the host, slash"),
        pytest.param("http://example.org:80/a", "example.org/a", id="the default port"),
        pytest.param("https://example.org:8443/a", "example.org:8443/a", id="another port"),
        pytest.param("https://example.org/a?utm_source=x&id=5&fbclid=y&gclid=z", "example.org/a?id=5", id="tracking parameters"),
        pytest.param("https://example.org/a?cmpid=1&partner=2&oc=5&at_medium=RSS", "example.org/a", id="more of them"),
        pytest.param("https://example.org/a?ref=rss&source=newsletter", "example.org/a", id="where the reader came from"),
        pytest.param(
            "https://example.org/a?source=pressroom&cid=7", "example.org/a?source=pressroom&cid=7", id="what may name the page stays"
        ),
        pytest.param("https://example.org/a;jsessionid=0AF?x=1", "example.org/a?x=1", id="a session in the path"),
        pytest.param("https://example.org/a#comments", "example.org/a", id="a fragment"),
        pytest.param("https://example.org/#!/story/1", "example.org#!/story/1", id="a fragment that is the page"),
        pytest.param(" https://example.org/a ", "example.org/a", id="white space around"),
        pytest.param("https://example.org./", "example.org", id="a trailing dot"),
        pytest.param("mailto:a@example.org", None, id="no web link"),
        pytest.param("/relative", None, id="no host"),
        pytest.param("http://[::1", None, id="no URL"),
        pytest.param("http://example.org:port/", None, id="no port"),
    ],
)
def test_canonical_links(url: str, canonical: str | None) -> None:
    assert canonical_link(url) == canonical


@given(st.text() | st.text().map(lambda rest: f"https://{rest}"))
def test_it_never_raises_and_is_stable(url: str) -> None:
    once = canonical_link(url)
    assert once is None or canonical_link(url) == once
