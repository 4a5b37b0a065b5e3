"""A file of articles, one JSON object a line, read one line at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, BinaryIO

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from service.domain.faults import message_of
from service.outbound.waits import parse_http_date

LONGEST_LINE = 50_000_000  # bytes


def _text(value: object) -> object:
    return "" if value is None else value


def _moment(value: object) -> object:
    """The moment in UTC, written as ISO 8601 does, or as feeds and mails do; a time that names no zone is taken for UTC."""
    if value in (None, ""):
        return None
    moment = (_iso_moment(value) or parse_http_date(value)) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("write a date as ISO 8601 does: 2026-03-02 or 2026-03-02T09:30:00Z")
    return moment


def _iso_moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # the first hours of the year 1 are not on the calendar everywhere
        return None


Text = Annotated[str, BeforeValidator(_text)]


class WrittenArticle(BaseModel):
    """An article as a file gives it, all in plain text; what is missing is empty or unknown, and other fields are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: Text = ""
    title: Text = ""
    summary: Text = ""
    body: Text = ""
    lang: str | None = None
    at: Annotated[datetime | None, BeforeValidator(_moment)] = Field(default=None, alias="date")
    source: Text = ""
    author: Text = ""
    url: Text = ""

    @property
    def day(self) -> date | None:
        """The day it tells of, in UTC."""
        return self.at.date() if self.at else None

    @property
    def fields(self) -> Mapping[str, str]:
        """What rules match, as `Article.fields` has it."""
        text = {"title": self.title, "lede": self.summary, "body": self.body}
        return {**text, "source": self.source, "author": self.author, "url": self.url, "lang": self.lang or ""}


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no article, and why."""

    number: int
    reason: str


def read_articles(file: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[WrittenArticle | BrokenLine]:
    """The articles in their order; a broken line, or one of more than `longest` bytes, costs itself alone.

    An article without an id goes by its line: "line 12".
    """
    for number, line in enumerate(_lines(file, longest), start=1):
        if line is None:
            yield BrokenLine(number, f"it is longer than {longest:,} bytes")
        elif line:
            yield _parse(number, line)


def _lines(file: BinaryIO, longest: int) -> Iterator[bytes | None]:
    """The lines, None in the place of one that is too long; such a line is never in memory whole."""
    while line := file.readline(longest):
        if len(line) < longest or line.endswith(b"\n"):
            yield line.removeprefix(b"\xef\xbb\xbf").strip()
            continue
        while (rest := file.readline(longest)) and not rest.endswith(b"\n"):
            pass
        yield None


def _parse(number: int, line: bytes) -> WrittenArticle | BrokenLine:
    try:
        article = WrittenArticle.model_validate_json(line)
    except ValidationError as error:
        return BrokenLine(number, _reason(error))
    return article if article.id else article.model_copy(update={"id": f"line {number}"})


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = "".join(f"/{step}" for step in first["loc"])
    if first["type"] == "json_invalid":
        return message_of(first).replace(" at line 1 column ", " at column ")
    return f"{place}: {message_of(first)}" if place else message_of(first)
