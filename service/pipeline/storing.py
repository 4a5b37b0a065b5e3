"""Storing what polls have read, many at once: what is new, in which language, and what each feed lists now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from service.domain.feeds import Entry, FeedToPoll, FeedUpdate
from service.domain.identity import EntryKeys, KnownArticle, New, Recognised, keys_of, list_lookups, recognise
from service.domain.listing import list_items, meets, still_listed
from service.language import find_language
from service.pipeline.documents import Document
from service.storage.articles import PollToSave, SavedPoll, Unsaved
from service.storage.store import Store


@dataclass(frozen=True, slots=True)
class ReadPoll:
    """A poll that read a document, and what it makes of its feed's row."""

    feed: FeedToPoll
    update: FeedUpdate
    document: Document
    at: datetime


def store_polls(store: Store, polls: Sequence[ReadPoll], writing: Lock) -> list[SavedPoll | Unsaved | None]:
    """Store these polls, holding `writing` meanwhile.

    None for one whose items beside the new ones must have their say: it is to be read from end to end.
    """
    keys = [keys_of(poll.document.parsed.entries) for poll in polls]
    asked = [(poll.feed.id, list_lookups(each)) for poll, each in zip(polls, keys, strict=True)]
    known = store.articles.known_articles_of(asked)
    ready = [_recognise(*each) for each in zip(polls, keys, known, strict=True)]
    with writing:
        saved = iter(store.articles.save_polls([each for each in ready if each is not None]))
    return [None if each is None else next(saved) for each in ready]


def _recognise(poll: ReadPoll, keys: Sequence[EntryKeys], known: dict[str, KnownArticle]) -> PollToSave | None:
    parsed, listing = poll.document.parsed, poll.document.listing
    if listing is not None and meets(still_listed(listing, parsed), keys, known):
        return None
    entries = _with_languages(recognise(parsed.entries, known), parsed.language)
    listed = list_items(listing, parsed, keys, entries, feed_id=poll.feed.id, now=poll.at)
    return PollToSave(poll.feed, poll.update, entries, source=parsed.title or poll.feed.url, now=poll.at, listing=listed)


def _with_languages(entries: Sequence[Recognised], declared: str | None) -> list[Recognised]:
    """The entries, the new ones in the language that their text shows, with what they or else the feed declares as a hint."""
    return [
        replace(each, entry=replace(each.entry, language=_language(each.entry, declared))) if isinstance(each, New) else each
        for each in entries
    ]


def _language(entry: Entry, declared: str | None) -> str | None:
    return find_language(entry.title, entry.summary or entry.body, entry.language or declared)
