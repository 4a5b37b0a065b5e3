"""What people read of a mistake in a rule: its place, and words about what they meant to write."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from service.domain.faults import faults_in
from service.domain.rules import RuleSpec

NIGHT = {"from": "22:00", "to": "07:00"}


@pytest.mark.parametrize(
    ("part", "faults"),
    [
        pytest.param({"alerting": {"when": {"digest": "yearly"}}}, {"/alerting/when/digest": "'hourly'"}, id="a digest of another rhythm"),
        pytest.param(
            {"alerting": {"when": {"digest": "hourly", "at": "08:00"}}}, {"/alerting/when": "an hourly digest"}, id="an hour's time"
        ),
        pytest.param({"alerting": {"when": "hourly"}}, {"/alerting/when": '{"digest": "hourly"}'}, id="neither instant nor a digest"),
        pytest.param({"alerting": {"when": "digest"}}, {"/alerting/when": '{"digest": "daily"}, or a spike'}, id="a digest in a word"),
        pytest.param({"alerting": {"when": "spike"}}, {"/alerting/when": '{"spike": "hour"}'}, id="a spike in a word"),
        pytest.param(
            {"alerting": {"when": {"spike": "hour", "digest": "daily"}}}, {"/alerting/when": "leave out `digest` or"}, id="both at once"
        ),
        pytest.param({"alerting": {"cap": 5}}, {"/alerting/cap": '{"hour": 5}, or "none"'}, id="a number for a cap"),
        pytest.param({"alerting": {"quiet_hours": "off"}}, {"/alerting/quiet_hours": '"from": "22:00"'}, id="another word for none"),
        pytest.param({"alerting": {"mute_until": "2030-01-07"}}, {"/alerting/mute_until": "a time is wanted"}, id="a day for a time"),
        pytest.param({"alerting": {"mute_until": 1893456000}}, {"/alerting/mute_until": "a time is wanted"}, id="seconds for a time"),
        pytest.param({"alerting": {"mute_until": "2030-01-07T08:00"}}, {"/alerting/mute_until": "zone is missing"}, id="whose clock"),
        pytest.param(
            {"alerting": {"quiet_hours": {"from": "22:00"}}}, {"/alerting/quiet_hours/to": "required"}, id="a night without an end"
        ),
        pytest.param(
            {"alerting": {"quiet_hours": {**NIGHT, "days": ["sat"]}}}, {"/alerting/quiet_hours/days/0": "'saturday'"}, id="a day in short"
        ),
        pytest.param({"alerting": {"quiet_hours": {**NIGHT, "days": []}}}, {"/alerting/quiet_hours/days": "at least 1"}, id="no day"),
        pytest.param({"alerting": {"cap": {"hour": 0}}}, {"/alerting/cap/hour": "greater than or equal to 1"}, id="a cap of nothing"),
        pytest.param({"alerting": {"cooldown": "P31D"}}, {"/alerting/cooldown": "less than or equal to 30 days"}, id="too long a cooldown"),
        pytest.param({"channels": [5]}, {"/channels/0": "an object is wanted here"}, id="a number for a channel"),
        pytest.param(
            {"channels": [{"channel": "ch_1", "only": {"titel": True}}]},
            {"/channels/0/only/titel": "unknown field; did you mean `title`?"},
            id="a typing error",
        ),
        pytest.param(
            {"alerting": {"quiet_hours": {**NIGHT, "form": "22:00"}}}, {"/alerting/quiet_hours/form": "did you mean `from`?"}, id="an alias"
        ),
        pytest.param({"alerting": {"when": {"digest": "daily", "att": "08:00"}}}, {"/alerting/when/att": "`at`?"}, id="of one of several"),
        pytest.param({"actors": [{"name": "NATO", "alias": []}]}, {"/actors/0/alias": "did you mean `aliases`?"}, id="in a list"),
        pytest.param({"colour": "red"}, {"/colour": "unknown field"}, id="like nothing"),
    ],
)
def test_a_mistake_is_told_once_where_it_is(part: dict[str, Any], faults: dict[str, str]) -> None:
    given = {"name": "NATO", "actors": ["NATO"], **part}
    with pytest.raises(ValidationError) as caught:
        RuleSpec.model_validate(given)
    found = dict(faults_in(caught.value, given, RuleSpec))
    assert found.keys() == faults.keys()
    for at, words in faults.items():
        assert words in found[at]
        assert "Route" not in found[at]
