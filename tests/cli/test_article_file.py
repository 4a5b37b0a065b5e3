"""Files of articles, with lines that are none."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli.article_file import BrokenLine, WrittenArticle, read_articles


def read(text: str, longest: int = 100_000) -> list[WrittenArticle | BrokenLine]:
    return list(read_articles(BytesIO(text.encode("utf-8", "surrogatepass")), longest))


def the_article(text: str) -> WrittenArticle:
    (article,) = read(text)
    assert isinstance(article, WrittenArticle)
    return article


def test_what_is_missing_is_empty_or_unknown() -> None:
    article = the_article('{"id": "a1", "title": "Bridge opens", "body": null, "lang": null, "origin": ["unknown", {}]}')
    assert article.fields == {"title": "Bridge opens", "lede": "", "body": "", "source": "", "author": "", "url": "", "lang": ""}
    assert (article.id, article.day) == ("a1", None)


def test_markup_is_plain_text() -> None:
    assert the_article('{"id": "a1", "title": "R&amp;D <b>up</b>"}').title == "R&amp;D <b>up</b>"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        pytest.param('"2026-03-02"', date(2026, 3, 2), id="a day"),
        pytest.param('"2026-03-02T23:30:00Z"', date(2026, 3, 2), id="a moment"),
        pytest.param('"2026-03-02T23:30:00-05:00"', date(2026, 3, 3), id="a moment elsewhere counts in UTC"),
        pytest.param('"2026-03-02T23:30:00"', date(2026, 3, 2), id="no zone is UTC"),
        pytest.param('"Mon, 02 Mar 2026 23:30:00 -0500"', date(2026, 3, 3), id="as feeds write it"),
        pytest.param("null", None, id="none"),
        pytest.param('""', None, id="empty"),
    ],
)
def test_dates(written: str, day: date | None) -> None:
    assert the_article(f'{{"id": "a1", "date": {written}}}').day == day


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param('{"id": "a2", "title": "cut', "invalid JSON: EOF while parsing a string", id="cut off"),
        pytest.param("[1]", "an object is wanted here", id="no object"),
        pytest.param('{"title": ["a", "list"]}', "/title: input should be a valid string", id="a title that is a list"),
        pytest.param('{"date": "yesterday"}', "/date: write a date as ISO 8601 does", id="no date"),
        pytest.param('{"date": 1700000000}', "/date: write a date as ISO 8601 does", id="seconds are no date"),
        pytest.param('{"date": "0001-01-01T00:00:00+14:00"}', "/date: write a date as ISO 8601 does", id="before the first day"),
        pytest.param('{"title": "\\ud800"}', "invalid JSON: ", id="half a surrogate pair"),
        pytest.param("\ud800", "invalid JSON: ", id="bytes that are not UTF-8"),
        pytest.param("[" * 10_000, "invalid JSON: recursion limit exceeded", id="nested deep"),
    ],
)
def test_a_broken_line_costs_itself_alone(line: str, says: str) -> None:
    first, broken, last = read(f'{{"id": "a1"}}\n{line}\n\n{{"id": "a3"}}')
    assert isinstance(broken, BrokenLine)
    assert (broken.number, broken.reason.startswith(says)) == (2, True), broken.reason
    assert [each.id for each in (first, last) if isinstance(each, WrittenArticle)] == ["a1", "a3"]


def test_a_line_without_an_id_goes_by_its_number_and_numbers_are_ids() -> None:
    assert [each.id for each in read('\ufeff{"title": "a"}\r\n{"id": 7}\n') if isinstance(each, WrittenArticle)] == ["line 1", "7"]


def test_an_endless_line_is_skipped() -> None:
    first, broken, last = read('{"id": "a1"}\n{"title": "' + "x" * 350 + '"}\n{"id": "a3"}\n', longest=100)
    assert broken == BrokenLine(2, "it is longer than 100 bytes")
    assert isinstance(first, WrittenArticle)
    assert isinstance(last, WrittenArticle)


@given(st.binary(max_size=80))
def test_any_bytes_are_read(content: bytes) -> None:
    for each in read_articles(BytesIO(content)):
        assert isinstance(each, WrittenArticle | BrokenLine)
