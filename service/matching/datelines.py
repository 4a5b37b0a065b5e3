"""Where an agency's text says its reporter sits: "TEHRAN, May 21 (Agency) - ". That names a place, but is not about it."""

from __future__ import annotations

import regex

from service.matching.credits import agency_pattern
from service.matching.once import once

_LONGEST = 120  # characters
_CAPITALS = r"\p{Lu}[\p{Lu}.'’-]+(?: [\p{Lu}.'’-]+){0,3}"
_PLACE = r"\p{Lu}[\p{L}.'’-]*(?: \p{L}[\p{L}.'’-]*){0,3}"
_REST = r"(?:, ?[^()/\[\]\n—–]{2,40}?)?\.?"  # a country, a day
_BRACKETED = r"(?:\([^()\n]{2,40}\)|/[^/\n]{2,40}/)"
_DASH = r"(?:[—–-]{1,2}|\.-)(?=\s|$)"


def dateline_end(text: str) -> int:
    """How many characters of the text its dateline takes; 0 where it has none."""
    found = _dateline().match(text[:_LONGEST])
    return found.end() if found else 0


@once
def _dateline() -> regex.Pattern[str]:
    return regex.compile(
        rf"\s*+(?:{_CAPITALS}{_REST}\s?{_BRACKETED}\s?(?:{_DASH}|[.:])"  # MOSCOW, May 21. /Agency/.
        rf"|{_CAPITALS}, ?\p{{Lu}}[^()/\[\]\n—–,]{{2,40}} {_DASH}"  # DUBAI, United Arab Emirates -
        rf"|{_PLACE}{_REST}\s?[(/]{agency_pattern()}[)/]\s?(?:{_DASH}|[.:])"  # Paris (Agency) -
        rf"|\[[^\[\]\n]{{2,40}}\]\s?{_DASH})"  # [東京 19日 Agency] -
    )
