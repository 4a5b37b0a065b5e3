"""What a feed listed at its last poll, so that the next one reads only what is new."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from service.domain.feeds import ParsedFeed
from service.domain.identity import EntryKeys, Known, KnownArticle, Recognised, article_id

FULL_READ_EVERY = timedelta(days=1)  # whatever a shorter way may have missed is found by then, and what is still listed is marked as such
_ITEM = struct.Struct(">Q5I")


class ListedItem(NamedTuple):
    """An item that was read: what its entry can be known by, and its article, each cut to 4 bytes; 0 where there is none."""

    keys: tuple[int, int, int, int] = (0, 0, 0, 0)
    article: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """The items of a feed's document by the hashes of their bytes. `read_at` is when a document was last read from end to end."""

    context: str
    read_at: datetime
    items: Mapping[int, ListedItem] = field(default_factory=dict)

    def is_usable(self, now: datetime) -> bool:
        """Whether known items may be left out of the next reading."""
        return self.read_at <= now < self.read_at + FULL_READ_EVERY

    def pack(self) -> bytes:
        """The items as bytes, 28 for each."""
        return b"".join(_ITEM.pack(digest, *item.keys, item.article) for digest, item in self.items.items())


def unpack(packed: bytes) -> dict[int, ListedItem]:
    """The items of a packed listing."""
    return {digest: ListedItem((guid, link, day, whole), article) for digest, guid, link, day, whole, article in _ITEM.iter_unpack(packed)}


def still_listed(listing: Listing, parsed: ParsedFeed) -> list[ListedItem]:
    """The items of the listing that this document lists, too, and that were not read again."""
    if parsed.items is None:
        return []
    unread = (digest for digest, place in zip(parsed.items.hashes, parsed.items.places, strict=True) if place is None)
    return [listing.items[digest] for digest in unread if digest in listing.items]


def meets(beside: Iterable[ListedItem], keys: Iterable[EntryKeys], known: Mapping[str, KnownArticle]) -> bool:
    """Whether new entries share a key or an article with items beside them: then only the whole document tells which is which.

    A guid that stands twice in a document tells nothing, for one, and each half of a document has it once.
    """
    theirs = list(beside)
    their_keys = {key for item in theirs for key in item.keys if key}
    their_articles = {item.article for item in theirs}
    return any(their_keys.intersection(_short_keys(each)) for each in keys) or any(
        _short(article.id) in their_articles for article in known.values()
    )


def list_items(
    old: Listing | None, parsed: ParsedFeed, keys: Sequence[EntryKeys], recognised: Sequence[Recognised], *, feed_id: str, now: datetime
) -> Listing:
    """The listing after a poll; `keys` are those of the document's entries.

    An empty one where entries share a key or an article, or the document was not clear: then the next one is read from end to end.
    """
    nothing = Listing("", now)
    if parsed.items is None or not parsed.complete:
        return nothing
    articles = {each.keys.whole_key: _article(each, feed_id) for each in recognised}
    listed: dict[int, ListedItem] = {}
    for digest, place in zip(parsed.items.hashes, parsed.items.places, strict=True):
        if place is None:
            listed[digest] = (old.items.get(digest) if old is not None else None) or ListedItem()
        elif keys[place].whole_key in articles and _stands_out(keys[place]):
            listed[digest] = ListedItem(_short_keys(keys[place]), _short(articles[keys[place].whole_key]))
        else:
            return nothing
    return Listing(parsed.items.context, old.read_at if old is not None and parsed.left_out else now, listed)


def _article(recognised: Recognised, feed_id: str) -> str:
    return recognised.article_id if isinstance(recognised, Known) else article_id(feed_id, recognised.first_key)


def _stands_out(keys: EntryKeys) -> bool:
    """Whether an entry shares no key with another one of its document."""
    return all(key in keys.usable for key in (keys.guid_key, keys.link_key, keys.day_key) if key is not None)


def _short_keys(keys: EntryKeys) -> tuple[int, int, int, int]:
    return (_short(keys.guid_key), _short(keys.link_key), _short(keys.day_key), _short(keys.whole_key))


def _short(name: str | None) -> int:
    """Four bytes of a name, for comparing: two that are equal by chance only cost a reading from end to end."""
    return 0 if name is None else zlib.crc32(name.encode()) or 1
