"""Storing what polls brought, many at once: what is new, in which language, what each feed lists now, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock

from service.domain.feeds import Entry
from service.domain.identity import EntryKeys, KnownArticle, New, Recognised, keys_of, list_lookups, recognise
from service.domain.listing import list_items, meets, still_listed
from service.domain.rhythm import Turnover
from service.language import find_language
from service.pipeline.documents import Document
from service.pipeline.settling import FeedPoll, Terms
from service.storage.polls import PollToSave, SavedPoll, Unsaved, save_polls
from service.storage.quiet_polls import save_quiet_polls
from service.storage.store import Store


def store_polls(store: Store, terms: Terms, polls: Sequence[FeedPoll], writing: Lock) -> list[SavedPoll | Unsaved | None]:
    """Store these polls, holding `writing` meanwhile.

    None for one whose items beside the new ones must have their say: it is to be read from end to end.
    """
    keys = [keys_of(poll.document.parsed.entries) if poll.document is not None else [] for poll in polls]
    asked = [(poll.feed.id, list_lookups(each)) for poll, each in zip(polls, keys, strict=True)]
    known = store.articles.known_articles(asked)
    ready = [_settle(terms, *each) for each in zip(polls, keys, known, strict=True)]
    settled = [each for each in ready if each is not None]
    with writing:
        quiet = iter(save_quiet_polls(store.database, [each for each in settled if each.is_quiet]))
        others = iter(save_polls(store.database, [each for each in settled if not each.is_quiet]))
    return [None if each is None else next(quiet if each.is_quiet else others) for each in ready]


def _settle(terms: Terms, poll: FeedPoll, keys: Sequence[EntryKeys], known: Mapping[str, KnownArticle]) -> PollToSave | None:
    if poll.document is None:
        settled = terms.settle(poll, None)
        return PollToSave(poll.feed, settled.outcome, [], poll.feed.url, poll.at, None, settled.host_free_at, settled.excuse)
    parsed, listing = poll.document.parsed, poll.document.listing
    if listing is not None and meets(still_listed(listing, parsed), keys, known):
        return None
    entries = _with_languages(recognise(parsed.entries, keys, known), parsed.language)
    settled = terms.settle(poll, _turnover(poll.document, entries))
    listed = None if poll.told else list_items(listing, parsed, keys, entries, feed_id=poll.feed.id, now=poll.at)
    source = parsed.title or poll.feed.url
    return PollToSave(poll.feed, settled.outcome, entries, source, poll.at, listed, settled.host_free_at, settled.excuse)


def _turnover(document: Document, entries: Sequence[Recognised]) -> Turnover:
    """All that the document lists: what was left out of the reading, too, which is known; each article once."""
    unread = still_listed(document.listing, document.parsed) if document.listing is not None else []
    return Turnover(len(entries) + len({item.article for item in unread} - {0}), sum(isinstance(each, New) for each in entries))


def _with_languages(entries: Sequence[Recognised], declared: str | None) -> list[Recognised]:
    """The entries, the new ones in the language that their text shows, with what they or else the feed declares as a hint."""
    return [
        replace(each, entry=replace(each.entry, language=_language(each.entry, declared))) if isinstance(each, New) else each
        for each in entries
    ]


def _language(entry: Entry, declared: str | None) -> str | None:
    return find_language(entry.title, entry.summary or entry.body, entry.language or declared)
