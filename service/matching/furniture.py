"""What stands in an article and is not of it: rows of share buttons, where else to follow its author, where it appeared first.

A rule on a platform or an outlet would take it for news on them.
"""

from __future__ import annotations

import regex

from service.matching.once import once

_PLATFORMS = (
    "Facebook|Twitter|WhatsApp|Telegram|LinkedIn|Instagram|YouTube|TikTok|Reddit|Pinterest|Messenger|Flipboard|Tumblr|VKontakte|VK|Threads"
    "|Bluesky|Mastodon|Viber|X"
)
_ACTIONS = (
    "Share|Bookmark|Print|E-?mail|Mail|Copy link|Copy|Teilen|Drucken|Partager|Imprimer|Compartir|Condividi|Udostępnij|Delen|"
    "Поделиться|Поширити"
)
_US = (
    "(?:follow|find|join|like|contact|message) (?:us|me|her|him|them)|folgen Sie uns|folgt uns|suivez-nous|retrouvez-nous|síguenos|seguici|"
    "siga-nos|obserwuj nas|śledź nas|volg ons|подписывайтесь на нас|читайте нас|підписуйтесь на нас"
)
_ON = "on|auf|bei|sur|en|em|su|na|op|в|у"
_READ = 64_000  # characters, about as many as have the words that are matched
_NEEDED = (
    "acebook",
    "witter",
    "hatsapp",
    "hatsApp",
    "inkedin",
    "inkedIn",
    "elegram",
    "nstagram",
    "appeared first",
)  # hardly a text has any


def without_furniture(text: str) -> str:
    """The text with spaces in its place, so that all else stands where it stood."""
    head = text[:_READ]
    if not any(map(head.__contains__, _NEEDED)):  # ten times faster than an expression
        return text
    read: str = _furniture().sub(lambda found: " " * len(found[0]), head)
    return read + text[_READ:]


@once
def _furniture() -> regex.Pattern[str]:
    platform, button = rf"(?i:{_PLATFORMS})(?!\w)", rf"(?<!\w)(?i:{_PLATFORMS}|{_ACTIONS})(?!\w)"
    several = rf"{platform}(?:(?:, ?|/| ?& ?|,? (?:and|or|und|et|y|e|i|en|и|та) ){platform})*+"
    return regex.compile(
        rf"{button}(?:[\s|•·]++{button}){{2,}}+"  # Share | Facebook | Twitter; in prose commas stand between
        rf"|(?<!\w)(?i:{_US})(?: (?i:{_ON}))? {several}(?::? ?[(]?@\w++)?+"  # follow her on Facebook and Twitter
        rf"|(?:^|(?<=[.!?\n] )|(?<=\n))(?:Follow|Find) \p{{Lu}}[^.!?\n]{{0,60}}? on {several}(?::? ?[(]?@\w++)?+"  # Follow Jane on X
        rf"|(?<!\w)(?i:{_ON}) {several}:? ?[(]?@\w++"  # on Twitter @someone
        r"|(?<!\w)The post [^\n]{1,300}? appeared first on [^\n]{2,60}+(?=\n|$)"  # what WordPress puts under every entry
    )
