"""Rules at the door: what is refused, and with what words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from service.domain.rules import MAX_TERMS
from tests.make import a_spec


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        pytest.param({"topics": [], "exclude": ["football"]}, "at least one", id="only exclusions"),
        pytest.param({"topics": []}, "at least one", id="nothing to watch"),
        pytest.param({"name": " "}, "at least 1 character", id="a blank name"),
        pytest.param({"name": "A\r\nBcc: victim@example.com"}, "control characters", id="a name with a line break"),
        pytest.param({"topics": ["peace\ud800deal"]}, "", id="half a surrogate pair"),
        pytest.param({"topics": ["x" * 201]}, "200", id="a term longer than any"),
        pytest.param({"actors": [{"name": f"a{n}", "aliases": ["b", "c"]} for n in range(170)]}, str(MAX_TERMS), id="too many terms"),
        pytest.param({"languages": ["english"]}, "ISO 639", id="a language by its name"),
        pytest.param({"alerting": {"cooldown": 14400}}, "unit", id="a cooldown without its unit"),
        pytest.param({"alerting": {"cooldown": "-PT1H"}}, "greater than or equal", id="a cooldown before its alert"),
        pytest.param({"alerting": {"cooldown": "P31D"}}, "less than or equal", id="a cooldown of more than a month"),
        pytest.param({"alerting": {"mute_until": "2026-03-02T12:00:00"}}, "timezone", id="a mute without its time zone"),
        pytest.param({"chanels": ["ch_1"]}, "Extra inputs", id="a field that nobody knows"),
    ],
)
def test_a_bad_rule_is_refused(spec: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError) as refused:
        a_spec(**spec)
    assert complaint in str(refused.value)


def test_a_good_rule_is_read_as_it_was_meant() -> None:
    spec = a_spec(actors=[" Mark Rutte ", {"name": "NATO", "aliases": ["OTAN"]}], languages=["EN"], alerting={"cooldown": "PT4H"})
    assert [(actor.name, actor.aliases) for actor in spec.watched] == [("Mark Rutte", ()), ("NATO", ("OTAN",))]
    assert (spec.languages, spec.alerting.cooldown) == (("en",), timedelta(hours=4))
