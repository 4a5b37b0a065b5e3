"""The home of an article: the state whose news it tells without naming it."""

from __future__ import annotations

from urllib.parse import urlsplit

from service.matching.actor_tables import read_homes


def home_states(language: str, host: str) -> frozenset[str]:
    """The ids of the states ("state:PL") that the article is probably from; none, one, or one by its language and one by its host.

    `language` is a tag as feeds have it ("pl", "pt-BR"), `host` the name of the site ("news.example.co.uk"); each may be empty.
    Only a language that is the main one of a single state says anything. A tag's region is its
    writer's: "en-NG".
    """
    return frozenset(f"state:{code}" for code in (_by_language(language), _by_host(host)) if code)


def host_of(url: str) -> str:
    """The host of an article's URL; empty for one that has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""  # feeds have all sorts of URLs: http://[


def _by_language(tag: str) -> str | None:
    """Of the whole tag, or of its language."""
    written = tag.casefold().replace("_", "-")
    return read_homes("language").get(written) or read_homes("language").get(written.partition("-")[0])


def _by_host(host: str) -> str | None:
    *_, domain = _in_ascii(host.rstrip(".")).split(".")
    return read_homes("domain").get(domain) if domain != host else None


def _in_ascii(host: str) -> str:
    """As domains are registered: .рф is xn--p1ai."""
    try:
        return host.encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return host.casefold()
