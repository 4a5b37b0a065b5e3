"""Words that a hyphen turns into their opposite: de-escalation is no escalation, and de-mining no mining.

Not "non-" and "anti-": who asks for proliferation, discrimination or compliance wants to read of non-proliferation, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from service.matching.reading import Place, Reading

_LONGEST = 4  # characters: the little word, and what stands before it
_LITTLE = "de"
_TURNED = regex.compile(rf"(?<![\p{{L}}\p{{N}}-])(?P<little>{_LITTLE})[-‐‑]$", regex.IGNORECASE)


def not_opposite(places: Sequence[Place], reading: Reading) -> Sequence[Place]:
    """Those before which no such little word stands; a name behind one is still the name's: de-Russification."""
    if _LITTLE not in reading.at:
        return places  # of most articles; to look at each place takes longer
    return [place for place in places if not _is_turned(place, reading)]


def _is_turned(place: Place, reading: Reading) -> bool:
    found = _TURNED.search(reading.text_before(place, _LONGEST))
    return found is not None and not (place.text[:1].isupper() and found["little"].islower())
