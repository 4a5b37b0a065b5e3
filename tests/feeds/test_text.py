"""From markup to plain text, unescaped neither once too often nor too seldom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.feeds.text import headline, plain_line, plain_paragraphs


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param("AT&amp;T &#8217;s", "AT&T ’s", id="escaped once more than it should be"),
        pytest.param("AT&amp;amp;T", "AT&T", id="escaped twice more"),
        pytest.param("Q&A at R&D", "Q&A at R&D", id="bare ampersands"),
        pytest.param("How to use <b> in HTML", "How to use <b> in HTML", id="a tag as the subject"),
        pytest.param("List<String> and <Insert name here>", "List<String> and <Insert name here>", id="no tags of HTML"),
        pytest.param("Bridge <em>opens</em>", "Bridge opens", id="markup"),
        pytest.param("&lt;em&gt;Bridge&lt;/em&gt; opens", "Bridge opens", id="escaped markup"),
        pytest.param("The &amp;lt;b&amp;gt; tag", "The <b> tag", id="an escaped tag as the subject"),
        pytest.param("One<br>two", "One two", id="a tag that needs no end"),
        pytest.param("5 < 6 > 4", "5 < 6 > 4", id="comparisons"),
        pytest.param("<3 forever", "<3 forever", id="a heart"),
        pytest.param("x<script>alert(1)</script>y", "xy", id="a script is no text"),
        pytest.param('<a title="a > b" href=x>c</a>', "c", id="a bracket in an attribute"),
        pytest.param("  a\n\t b\u00a0c ", "a b c", id="white space"),
        pytest.param("\x00a\ud800b", "ab", id="what no database takes"),
    ],
)
def test_headlines(value: str, plain: str) -> None:
    assert headline(value, 1000) == plain


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param("<p>One</p><p>Two <b>bold</b>&nbsp;end</p>", "One\nTwo bold end", id="paragraphs"),
        pytest.param("<p>not closed", "not closed", id="a text that was cut off"),
        pytest.param("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo", id="escaped twice"),
        pytest.param("a<style>b{}</style>c", "ac", id="a style is no text"),
        pytest.param("a<!-- b --><br/>c", "a\nc", id="a comment"),
    ],
)
def test_paragraphs(value: str, plain: str) -> None:
    assert plain_paragraphs(value, 1000) == plain


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br/>",
    "&amp;",
    "&#8217;",
    "text ",
    "\n",
    "<a href='x>y'>",
    "</a>",
    "é",
    "<img src=x>",
    '"',
    "<!-- x -->",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_markup_is_left_and_no_word_lost(value: str) -> None:
    plain = plain_line(value, 10_000)
    assert plain.count("text") == value.count("text")
    assert "<" not in plain
