"""Feed documents made up from a fixed seed, in the shapes that feeds have."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from benchmarks.rule_sets import COMMON_WORDS
from service.matching.concepts import load_concepts

NEW_EACH_TURN = 3
_START = datetime(2026, 1, 5, 6, tzinfo=UTC)
_CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_RDF = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


@lru_cache(maxsize=5_000)
def make_feed(number: int, turn: int, *, items: int = 0) -> bytes:
    """The document of feed `number` after `turn` turns, newest first: each turn brings three items, and as many roll out."""
    shape = number % 10
    length = items or 25 + number % 40
    newest = turn * NEW_EACH_TURN + length
    numbers = range(newest, newest - length, -1)
    if shape < 5:
        return _rss(number, turn, "".join(_rss_item(number, each, full=True) for each in numbers))
    if shape < 8:
        return _rss(number, turn, "".join(_rss_item(number, each, full=False) for each in numbers))
    if shape < 9:
        return _atom(number, turn, "".join(_atom_entry(number, each) for each in numbers))
    return _rdf(number, "".join(_rdf_item(number, each) for each in numbers))


@cache
def _telling_words() -> list[str]:
    """English words, for that is what the feeds declare: the language of made-up ones takes longer to tell."""
    patterns = [pattern for concept in load_concepts().concepts.values() for pattern in concept.patterns]
    words = {pattern.slots[0][0] for pattern in patterns if pattern.language == "en" and len(pattern.slots) == 1 and not pattern.open_end}
    return sorted(words)


def _text(chance: random.Random, count: int) -> str:
    telling, common = _telling_words(), COMMON_WORDS
    return " ".join(chance.choice(common if number % 2 else telling) for number in range(count)).capitalize()


def _moment(number: int) -> datetime:
    return _START + timedelta(minutes=17 * number)


def _link(feed: int, number: int) -> str:
    return f"https://paper{feed}.example/2026/news/{number}"


@lru_cache(maxsize=100_000)
def _rss_item(feed: int, number: int, *, full: bool) -> str:
    chance = random.Random(feed * 100_003 + number)
    link, date = _link(feed, number), _moment(number).strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = "".join(
        f'<p>{_text(chance, 60)} &#8220;{_text(chance, 4)}&#8221; <a href="{link}">{_text(chance, 2)}</a>.</p>\n' for _ in range(3)
    )
    encoded = f"<content:encoded><![CDATA[{body}]]></content:encoded>" if full else ""
    return (
        f"<item>\n<title>{_text(chance, 9)} &amp; {_text(chance, 2)}</title>\n<link>{link}?utm_source=rss</link>\n"
        f'<guid isPermaLink="false">{link}</guid>\n<dc:creator><![CDATA[{_text(chance, 2)}]]></dc:creator>\n<pubDate>{date}</pubDate>\n'
        f"<category><![CDATA[{_text(chance, 1)}]]></category>\n<description><![CDATA[<p>{_text(chance, 35)}</p>]]></description>\n"
        f"{encoded}</item>\n"
    )


def _rss(feed: int, turn: int, items: str) -> bytes:
    head = f"<title>Paper {feed}</title><link>https://paper{feed}.example/</link><description>News</description><language>en</language>"
    built = _moment(turn).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_CONTENT}>\n<channel>{head}<lastBuildDate>{built}</lastBuildDate>\n'
        f"{items}</channel>\n</rss>\n"
    ).encode()


@lru_cache(maxsize=20_000)
def _atom_entry(feed: int, number: int) -> str:
    chance = random.Random(feed * 100_003 + number)
    link, date = _link(feed, number), _moment(number).isoformat()
    return (
        f'<entry><title type="html">{_text(chance, 9)}</title><link rel="alternate" href="{link}"/>'
        f"<id>tag:paper{feed}.example,2026:{number}</id>"
        f"<published>{date}</published><updated>{date}</updated><author><name>{_text(chance, 2)}</name></author>"
        f'<summary type="html">&lt;p&gt;{_text(chance, 50)}&lt;/p&gt;</summary></entry>\n'
    )


def _atom(feed: int, turn: int, entries: str) -> bytes:
    head = f"<title>Paper {feed}</title><id>tag:paper{feed}.example,2026:feed</id><updated>{_moment(turn).isoformat()}</updated>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">{head}{entries}</feed>'.encode()
    )


@lru_cache(maxsize=20_000)
def _rdf_item(feed: int, number: int) -> str:
    chance = random.Random(feed * 100_003 + number)
    link = _link(feed, number)
    return (
        f'<item rdf:about="{link}"><title>{_text(chance, 9)}</title><link>{link}</link><description>{_text(chance, 40)}</description>'
        f"<dc:date>{_moment(number).isoformat()}</dc:date></item>\n"
    )


def _rdf(feed: int, items: str) -> bytes:
    about = f"https://paper{feed}.example/"
    channel = f'<channel rdf:about="{about}"><title>Paper {feed}</title><link>{about}</link><description>News</description></channel>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF {_RDF}>{channel}{items}</rdf:RDF>'.encode()
