"""What an alert quotes of an article."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.domain.alerts import PASSAGE, quote_article
from service.domain.evidence import Evidence
from tests.make import an_article


def _at(field: str, text: str, word: str) -> Evidence:
    start = text.index(word)
    return Evidence("/topics/0", word, field, start, start + len(word), word)


def test_the_lede_is_quoted_even_without_evidence_in_it() -> None:
    article = an_article(summary="A ribbon was cut.")
    quoted = quote_article(article, (_at("title", article.title, "bridge"),))
    assert [passage.field for passage in quoted.passages] == ["title", "lede"]
    assert quoted.passages[1].highlights == ()


def test_a_long_body_is_quoted_around_the_first_evidence() -> None:
    body = "filler " * 500 + "the bridge opens " + "filler " * 500
    passage = quote_article(an_article(body=body), (_at("body", body, "bridge"),)).passages[-1]
    (start, end), *more = passage.highlights
    assert not more
    assert passage.text[start:end] == "bridge"
    assert passage.text.startswith("… ")
    assert passage.text.endswith(" …")


def test_overlapping_evidence_is_one_highlight() -> None:
    evidence = (Evidence("/topics/0", "a", "title", 0, 7, ""), Evidence("/topics/1", "b", "title", 3, 14, ""))
    assert quote_article(an_article(), evidence).passages[0].highlights == ((0, 14),)


@given(st.text(min_size=1, max_size=1500), st.data())
def test_highlights_always_stay_inside_the_quoted_text(body: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body) - 1))
    end = data.draw(st.integers(start + 1, len(body)))
    passage = quote_article(an_article(body=body), (Evidence("/topics/0", "", "body", start, end, ""),)).passages[-1]
    assert len(passage.text) <= PASSAGE + 4
    ((shown_start, shown_end),) = passage.highlights
    assert 0 <= shown_start < shown_end <= len(passage.text)
    assert body[start:end].startswith(passage.text[shown_start:shown_end].rstrip(" …")[:1])
