"""Which articles are one story, and that the answer stays."""

from __future__ import annotations

from datetime import timedelta

from service.matching.prints import Print, print_of
from service.matching.stories import StoryBook
from tests.make import NOON, an_article

WINDOW = timedelta(days=3)


def a_print(id: str, title: str, summary: str = "", hours: float = 0, **changes: object) -> Print:  # noqa: A002
    return print_of(an_article(id=id, title=title, summary=summary, first_seen_at=NOON + timedelta(hours=hours), **changes))


FIRST = a_print("1", "Ferry sinks off Marlow harbour, 12 missing", "Twelve people are missing after the ferry Aurora sank off Marlow.")
REWRITE = a_print("2", "Twelve missing as ferry Aurora sinks near Marlow", "Rescuers searched the harbour of Marlow.", 1)
OTHER = a_print("3", "Parliament passes budget after long night", "Lawmakers approved the budget.", 1)


def test_a_rewrite_joins_the_story_of_the_first_article() -> None:
    book = StoryBook(WINDOW)
    first, second, third = (book.place(each) for each in (FIRST, REWRITE, OTHER))
    assert first.story == second.story != third.story


def test_what_was_placed_before_is_remembered() -> None:
    book = StoryBook(WINDOW)
    book.remember(FIRST, "st_known")
    assert book.place(REWRITE).story == "st_known"


def test_what_a_user_split_is_not_put_together_again() -> None:
    book = StoryBook(WINDOW)
    story = book.place(FIRST).story
    book.place(REWRITE)
    new = book.split(story, ["2"])
    again = a_print("4", "Twelve missing as ferry Aurora sinks near Marlow, rescuers search", "Rescuers searched the harbour of Marlow.", 2)
    assert (book.find("1"), book.find("2")) == (story, new)
    assert book.place(again).merged == ()
    assert book.find("1") != book.find("2")
