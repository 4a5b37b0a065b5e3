"""What was odd about a document, for the feed's owner."""

from __future__ import annotations

from service.feeds.scrub import MAX_ENTRIES


def notes_of(*, closed: bool, dropped: int, unreadable: int) -> tuple[str, ...]:
    """A sentence for each oddity."""
    notes = []
    if not closed:
        notes.append("the document breaks off before its end")
    if dropped:
        notes.append(f"only the first {MAX_ENTRIES} entries were read, {dropped} were left out")
    if unreadable:
        notes.append(f"{unreadable} entries had neither title, link nor text, or could not be read")
    return tuple(notes)
