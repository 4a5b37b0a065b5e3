"""Is this entry an article we know? Guids lie, links move and titles are edited, so each entry is known by several keys."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from service.domain.feeds import Entry
from service.domain.links import canonical_link

_NAMES_A_PAGE = frozenset("/?#")
_NO_GUIDS = frozenset({"", "null", "none", "undefined", "0"})


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """What an entry can be known by; each key is a hash (32 hex characters) or None.

    `title_key` is the title alone, for comparing; `day_key` is the title with its day (or its text, where no date is given).
    `usable` are the keys that tell the entry from all others of its document, strongest first; only they may be stored.
    """

    guid_key: str | None
    link_key: str | None
    title_key: str
    day_key: str | None
    whole_key: str
    canonical_link: str | None
    usable: tuple[str, ...] = ()

    @property
    def lookups(self) -> tuple[str, ...]:
        """The keys under which to look for a known article."""
        return (self.whole_key, *self.usable)


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article that some key led to, as it was stored; all None where the article itself has been pruned."""

    id: str
    link_key: str | None = None
    title_key: str | None = None
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class New:
    """An entry not seen before. `first_key` makes the article's id; `new_keys` lead to it from now on."""

    entry: Entry
    keys: EntryKeys
    first_key: str
    new_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of an article we have. `new_keys` are further keys to store for it; `edited`: its text has changed."""

    article_id: str
    entry: Entry
    keys: EntryKeys
    new_keys: tuple[str, ...]
    edited: bool


Recognised = New | Known


def keys_of(entries: Sequence[Entry]) -> list[EntryKeys]:
    """The keys of one document's entries, in their order. An entry listed twice has equal keys twice."""
    keys = [_keys(entry) for entry in entries]
    distinct = {key.whole_key: key for key in keys}.values()
    once = {
        key
        for key, times in Counter(key for each in distinct for key in (each.guid_key, each.link_key, each.day_key)).items()
        if times == 1
    }
    return [_with_usable(key, once) for key in keys]


def list_lookups(all_keys: Iterable[EntryKeys]) -> list[str]:
    """Every key to ask the store for, each once."""
    return list(dict.fromkeys(key for keys in all_keys for key in keys.lookups))


def recognise(entries: Sequence[Entry], all_keys: Sequence[EntryKeys], known: Mapping[str, KnownArticle]) -> list[Recognised]:
    """Tell new articles from known ones, by the entries' keys; `known` maps each stored key among their `lookups` to its article.

    In document order; entries that are the same article come once. Dates play no part in what is new.
    """
    listed: dict[str, tuple[Entry, EntryKeys]] = {}
    for entry, keys in zip(entries, all_keys, strict=True):
        listed.setdefault(keys.whole_key, (entry, keys))
    claims = _claim(list(listed.values()), known)
    taken: set[str] = set(known)
    found: list[Recognised] = []
    answered: set[str] = set()
    for whole, (entry, keys) in listed.items():
        fresh = tuple(key for key in keys.usable if key not in taken)
        taken.update(fresh)
        article = claims.get(whole) or (None if fresh else _any_known(keys, known))
        if article is None:
            found.append(New(entry, keys, fresh[0], fresh))
        elif article.id not in answered:
            answered.add(article.id)
            edited = article.content_hash is not None and article.content_hash != content_hash(entry)
            found.append(Known(article.id, entry, keys, fresh, edited))
    return found


@lru_cache(maxsize=10_000)
def article_id(feed_id: str, first_key: str) -> str:
    """The id of a new article: the same whenever the same entry of the same feed is stored, so that a repeat collides."""
    digest = hashlib.sha256(f"{feed_id}\n{first_key}".encode()).digest()
    return "ar_" + base64.b32encode(digest).decode().lower()[:26]


def dedup_key(keys: EntryKeys, article: str) -> str:
    """Equal for the same page in several feeds: the canonical link, or the article's id where the link does not tell it apart."""
    if keys.canonical_link is not None and keys.link_key in keys.usable:
        return keys.canonical_link
    return article


def content_hash(entry: Entry) -> str:
    """Changes when the article's text does."""
    return _hash(entry.title, entry.summary, entry.body)


def credible_date(published_at: datetime | None, now: datetime) -> datetime | None:
    """The date an entry gives, unless nobody can have meant it: before 1990, or more than an hour from now."""
    if published_at is None or published_at.year < 1990 or published_at > now + timedelta(hours=1):
        return None
    return published_at


def _keys(entry: Entry) -> EntryKeys:
    guid = (entry.guid or "").strip()
    guid = "" if guid.lower() in _NO_GUIDS else guid
    link = canonical_link(entry.link) if entry.link else None
    if link is not None and not _NAMES_A_PAGE.intersection(link):
        link = None  # a site's front page stands for no article
    title = " ".join(unicodedata.normalize("NFKC", entry.title).casefold().split())
    text = _hash(entry.summary, entry.body)
    day = entry.published_at.astimezone(UTC).date().isoformat() if entry.published_at else text
    return EntryKeys(
        guid_key=_hash("guid", guid) if guid else None,
        link_key=_hash("link", link) if link else None,
        title_key=_hash("title", title),
        day_key=_hash("day", title, day) if title else None,
        whole_key=_hash("whole", guid, link or "", title) if guid or link else _hash("whole", title, day, text),
        canonical_link=link,
    )


def _with_usable(keys: EntryKeys, once: Collection[str | None]) -> EntryKeys:
    usable = tuple(key for key in (keys.guid_key, keys.link_key, keys.day_key) if key is not None and key in once)
    if keys.guid_key not in usable and keys.link_key not in usable:
        # Known by its title only: the whole entry is a key too, for the title may not be unique in the next document.
        usable = (*usable, keys.whole_key)
    return replace(keys, usable=usable)


def _claim(listed: Sequence[tuple[Entry, EntryKeys]], known: Mapping[str, KnownArticle]) -> dict[str, KnownArticle]:
    """Each entry's known article by `whole_key`: the strongest keys choose first, and an article is chosen once.

    Otherwise a second "Live updates" of one day would pass for the first one, which stands beside it.
    """
    claims: dict[str, KnownArticle] = {}
    claimed: set[str] = set()
    for strength in ("whole_key", "guid_key", "link_key", "day_key"):
        for entry, keys in listed:
            key = getattr(keys, strength)
            article = known.get(key) if key in keys.lookups and keys.whole_key not in claims else None
            if article is None or article.id in claimed or _contradicts(strength, entry, keys, article):
                continue
            claims[keys.whole_key] = article
            claimed.add(article.id)
    return claims


def _contradicts(strength: str, entry: Entry, keys: EntryKeys, article: KnownArticle) -> bool:
    """Whether an entry is another article in spite of the equal key."""
    if strength == "guid_key":  # a guid used again: link and title are both others
        pairs = ((keys.link_key, article.link_key), (keys.title_key, article.title_key))
        return all(ours is not None and theirs is not None and ours != theirs for ours, theirs in pairs)
    if strength == "day_key" and keys.guid_key in keys.usable and keys.link_key in keys.usable:
        # The same title on the same day with a guid and a link of its own: only an equal text makes it the same article.
        return article.content_hash is not None and article.content_hash != content_hash(entry)
    return False


def _any_known(keys: EntryKeys, known: Mapping[str, KnownArticle]) -> KnownArticle | None:
    return next((known[key] for key in keys.lookups if key in known), None)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
