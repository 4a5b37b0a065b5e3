"""Whether something is told at once, later with others, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.digests import Collect, Collected, DigestKind, compose, is_plain, say_collect
from service.domain.evidence import Evidence
from service.domain.local_time import say_moment
from service.domain.policies import Alerting, Defaults, policy_of
from service.domain.silences import Silence, silence_of
from service.domain.tallies import NONE_SENT, Tally
from service.domain.telling import Hold, Pace, Silent, tell_when
from tests.delivery.builders import NEWS, a_coverage, alerted, an_alert, an_update
from tests.make import NOON, an_article

HOUR = timedelta(hours=1)
UTC_ZONE = ZoneInfo("UTC")
NIGHT = {"from": "22:00", "to": "07:00"}
LUNCH = {"from": "11:30", "to": "13:00"}
DAILY = {"digest": "daily", "at": "17:00"}
SILENCE = Silence("sl_1", "ws_1", "strike week", (), (), ("ru_1",), NOON - HOUR, NOON + HOUR, NOON - HOUR, "key_1")


def sent(hour: int, day: int | None = None) -> Tally:
    """So many messages this hour and today."""
    return Tally(NOON, hour, NOON.replace(hour=0), hour if day is None else day)


def later(kind: DigestKind, hour: int, minute: int = 0, day: int = 2) -> tuple[DigestKind, datetime]:
    return kind, datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "workspace", "pace", "expected"),
    [
        pytest.param({}, {}, {}, None, id="at once, if nobody says otherwise"),
        pytest.param({"when": DAILY}, {}, {}, later(DigestKind.DIGEST, 17), id="a digest"),
        pytest.param({}, {"when": DAILY}, {}, later(DigestKind.DIGEST, 17), id="the workspace's digest"),
        pytest.param({"when": "instant"}, {"when": DAILY}, {}, None, id="not for a rule that is instant by its own choice"),
        pytest.param({}, {"when": DAILY, "timezone": "Asia/Kolkata"}, {}, later(DigestKind.DIGEST, 11, 30, 3), id="the workspace's zone"),
        pytest.param({"when": {"digest": "hourly"}, "quiet_hours": LUNCH}, {}, {}, later(DigestKind.DIGEST, 13), id="no digest when quiet"),
        pytest.param({"quiet_hours": NIGHT}, {}, {}, None, id="outside quiet hours"),
        pytest.param({"quiet_hours": LUNCH}, {}, {}, later(DigestKind.QUIET_HOURS, 13), id="inside"),
        pytest.param({}, {"quiet_hours": LUNCH}, {}, later(DigestKind.QUIET_HOURS, 13), id="inside the workspace's"),
        pytest.param({"quiet_hours": "none"}, {"quiet_hours": LUNCH}, {}, None, id="a rule without any"),
        pytest.param({"urgent": True}, {"quiet_hours": LUNCH}, {}, None, id="an urgent rule"),
        pytest.param({}, {"quiet_hours": NIGHT, "holidays": ["2026-03-02"]}, {}, later(DigestKind.QUIET_HOURS, 7, 0, 3), id="a holiday"),
        pytest.param({"urgent": True}, {"quiet_hours": NIGHT, "holidays": ["2026-03-02"]}, {}, None, id="an urgent rule on a holiday"),
        pytest.param({}, {"holidays": ["2026-03-02"]}, {}, None, id="a holiday without quiet hours"),
        pytest.param({"group_wait": 30}, {}, {}, (DigestKind.GROUP_WAIT, NOON + timedelta(seconds=30)), id="the first of a group"),
        pytest.param(
            {"group_wait": "PT10M"}, {}, {"group_until": NOON + HOUR}, (DigestKind.GROUP_WAIT, NOON + HOUR), id="the others join it"
        ),
        pytest.param({"group_wait": 30}, {}, {"group_until": NOON}, (DigestKind.GROUP_WAIT, NOON + timedelta(seconds=30)), id="it is over"),
        pytest.param({"group_wait": 0}, {"group_wait": 30}, {}, None, id="a rule that does not wait"),
        pytest.param(
            {"cooldown": "PT4H", "group_wait": 30},
            {},
            {"alerted_at": NOON - HOUR, "group_until": NOON + HOUR},
            (DigestKind.GROUP_WAIT, NOON + HOUR),
            id="a cooldown does not part a group",
        ),
        pytest.param({"cooldown": "PT4H"}, {}, {"alerted_at": NOON - HOUR}, Hold.COOLING_DOWN, id="a cooldown"),
        pytest.param({}, {"cooldown": "PT4H"}, {"alerted_at": NOON - HOUR}, Hold.COOLING_DOWN, id="the workspace's"),
        pytest.param({"cooldown": "PT0S"}, {"cooldown": "PT4H"}, {"alerted_at": NOON - HOUR}, None, id="a rule without one"),
        pytest.param({"cooldown": "PT4H"}, {}, {"alerted_at": NOON - HOUR, "corrects": True}, None, id="a correction does not wait for it"),
        pytest.param(
            {"cooldown": "PT4H", "when": DAILY}, {}, {"alerted_at": NOON - HOUR}, later(DigestKind.DIGEST, 17), id="nor does a digest"
        ),
        pytest.param({"cap": {"hour": 3}}, {}, {"sent": sent(2)}, None, id="below the cap"),
        pytest.param({"cap": {"hour": 3}}, {}, {"sent": sent(3)}, later(DigestKind.CAP, 13), id="the cap of the hour"),
        pytest.param({"cap": {"hour": 3}}, {}, {"sent": replace(sent(3), hour=NOON - HOUR)}, None, id="another hour"),
        pytest.param({"cap": {"day": 9}}, {}, {"sent": sent(0, 9)}, later(DigestKind.CAP, 0, 0, 3), id="the cap of the day"),
        pytest.param({"cap": {"hour": 3, "day": 9}}, {}, {"sent": sent(3, 9)}, later(DigestKind.CAP, 0, 0, 3), id="both: the longer"),
        pytest.param(
            {"cap": {"day": 9}, "quiet_hours": NIGHT},
            {},
            {"sent": sent(9)},
            later(DigestKind.CAP, 7, 0, 3),
            id="its digest is no alarm clock",
        ),
        pytest.param({"cap": "none"}, {"cap": {"hour": 3}}, {"sent": sent(3)}, None, id="a rule without a cap"),
        pytest.param({}, {"cap": {"hour": 3}}, {"sent": sent(3)}, later(DigestKind.CAP, 13), id="the workspace's cap of each rule"),
        pytest.param({}, {"budget": 5}, {"spent": sent(0, 5)}, later(DigestKind.BUDGET, 0, 0, 3), id="the budget is spent"),
        pytest.param({"urgent": True}, {"budget": 5}, {"spent": sent(0, 5)}, None, id="but not for an urgent rule"),
        pytest.param({"cap": {"hour": 1}, "urgent": True}, {}, {"sent": sent(1)}, later(DigestKind.CAP, 13), id="its own cap holds for it"),
        pytest.param({"mute_until": NOON + HOUR, "when": DAILY, "urgent": True}, {}, {}, Hold.MUTED, id="a mute comes before all"),
        pytest.param({"urgent": True, "quiet_hours": LUNCH}, {}, {"silence": SILENCE}, Hold.SILENCED, id="so does a silence"),
    ],
)
def test_when_it_is_told(rule: dict[str, Any], workspace: dict[str, Any], pace: dict[str, Any], expected: Any) -> None:
    defaults = Defaults.model_validate(workspace)
    given = {name: pace.pop(name) for name in ("alerted_at", "silence", "corrects") if name in pace}
    told = tell_when(policy_of(Alerting.model_validate(rule), defaults), Pace(defaults, **pace), NOON, **given)
    match told:
        case Collect(kind, send_at):
            assert (kind, send_at) == expected
        case Silent(hold):
            assert hold is expected
        case None:
            assert expected is None


whens = st.sampled_from(["instant", DAILY, {"digest": "hourly"}, {"digest": "weekly", "timezone": "America/New_York"}, None])
quiets = st.sampled_from([NIGHT, LUNCH, {**NIGHT, "timezone": "Asia/Tokyo"}, "none", None])
rules = st.fixed_dictionaries({"when": whens, "quiet_hours": quiets, "urgent": st.booleans(), "group_wait": st.integers(0, 600),
                               "cap": st.sampled_from([None, {"hour": 1}, {"day": 2}])})  # fmt: skip
tallies = st.builds(sent, st.integers(0, 2), st.integers(2, 4))


@given(rules, st.integers(0, 24 * 60), tallies, tallies)
def test_what_is_collected_is_told_later_and_never_in_quiet_hours(rule: dict[str, Any], minute: int, own: Tally, spent: Tally) -> None:
    now = NOON + timedelta(minutes=minute)
    defaults = Defaults(budget=3, holidays=(date(2026, 3, 3),))
    policy = policy_of(Alerting.model_validate(rule), defaults)
    told = tell_when(policy, Pace(defaults, sent=own, spent=spent), now)
    if isinstance(told, Collect):
        assert now < told.send_at <= now + timedelta(days=9)
        again = tell_when(policy, Pace(defaults), told.send_at)
        assert not isinstance(again, Collect) or again.kind is not DigestKind.QUIET_HOURS
        assert say_moment(told.send_at, told.zone, exact=True) in say_collect(told)
    else:
        assert told is None, "nothing here silences"


def test_a_tally_counts_the_hour_and_the_day_that_it_is() -> None:
    tally = NONE_SENT
    for minutes in (0, 59, 60, 12 * 60 - 1):
        tally = tally.with_one(NOON + timedelta(minutes=minutes), UTC_ZONE)
    late = NOON + timedelta(minutes=12 * 60 - 1)
    assert (tally.this_hour(late, UTC_ZONE), tally.today(late, UTC_ZONE)) == (1, 4)
    assert (tally.this_hour(NOON, UTC_ZONE), tally.today(late + HOUR, UTC_ZONE)) == (0, 0)


EVIDENCE = (Evidence("/actors/0", "Mark Rutte", "title", 0, 5, "Rutte"), Evidence("/topics/0", "strike", "title", 6, 12, "strike"))


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        pytest.param({"rules": ("ru_1",)}, True, id="the rule"),
        pytest.param({"rules": ("ru_2",)}, False, id="another rule"),
        pytest.param({"actors": ("mark  RUTTE",)}, True, id="the actor, whatever its letters"),
        pytest.param({"actors": ("Rutte",)}, True, id="by the words that were found"),
        pytest.param({"actors": ("strike",)}, False, id="a topic is no actor"),
        pytest.param({"sources": ("the gazette",)}, True, id="the outlet"),
        pytest.param({"sources": ("gazette.example",)}, True, id="by its host"),
        pytest.param({"sources": ("fd_1",)}, True, id="by its feed"),
        pytest.param({"sources": ("gazette",)}, False, id="not by half its name"),
        pytest.param({"sources": ("Herald", "The Gazette")}, True, id="one of several"),
        pytest.param({"sources": ("The Gazette",), "actors": ("Kim",)}, False, id="one of each is asked for"),
        pytest.param({"rules": ("ru_1",), "starts_at": NOON + HOUR}, False, id="it has not begun"),
        pytest.param({"rules": ("ru_1",), "ends_at": NOON}, False, id="it has ended"),
    ],
)
def test_a_silence_holds(matchers: dict[str, Any], holds: bool) -> None:
    silence = replace(SILENCE, **{"rules": (), **matchers})
    found = silence_of([silence], "ru_1", an_article(), ["Mark Rutte"], EVIDENCE, NOON)
    assert found == (silence if holds else None)


def test_an_alert_that_waits_with_its_updates_is_told_once_as_if_new() -> None:
    alert, update = an_alert(alerted(id="ar_1")), replace(an_update(), articles=(alerted(id="ar_2"),))
    (told,) = compose([Collected(alert, None), Collected(update, a_coverage("a", "b", "c", "d"))])
    assert (told.update, [each.id for each in told.articles]) == (None, ["ar_1", "ar_2"])
    assert told.coverage is not None
    assert told.coverage.outlets == 4, "as of now"


def test_updates_of_an_alert_that_was_told_are_one_with_all_their_news() -> None:
    first = an_update(NEWS[:1])
    assert first.update is not None
    second = replace(an_update(NEWS), update=replace(first.update, number=3, news=NEWS[1:]))
    (told,) = compose([Collected(second, None), Collected(first, None)])
    assert told.update is not None
    assert (told.update.number, told.update.news) == (3, NEWS)


def test_what_most_outlets_report_comes_first() -> None:
    rumour, news = an_alert(), replace(an_alert(), id="al_2", coverage=a_coverage("a", "b", "c"))
    assert [each.id for each in compose([Collected(rumour, None), Collected(news, None)])] == ["al_2", "al_1"]


@pytest.mark.parametrize("kind", list(DigestKind))
def test_one_alert_that_was_only_postponed_comes_as_what_it_is(kind: DigestKind) -> None:
    assert is_plain(kind, (an_alert(),)) == (kind in (DigestKind.QUIET_HOURS, DigestKind.GROUP_WAIT))
    assert not is_plain(kind, (an_alert(), replace(an_alert(), id="al_2")))
    assert not is_plain(kind, ())


@pytest.mark.parametrize(
    ("alerting", "at", "says"),
    [
        pytest.param({"when": "sometimes"}, ("when",), "instant", id="no such time"),
        pytest.param({"when": {"digest": "hourly", "at": "08:00"}}, ("when",), "leave out `at`", id="an hourly digest at a time of day"),
        pytest.param({"when": {"digest": "daily", "weekday": "monday"}}, ("when",), "weekly", id="a daily one on Mondays"),
        pytest.param({"when": {"digest": "daily", "at": "8:00"}}, ("when",), "08:00", id="a time without its nought"),
        pytest.param({"when": {"digest": "daily", "at": "24:00"}}, ("when",), "08:00", id="no such time of day"),
        pytest.param({"when": {"digest": "daily", "timezone": "Mars/Olympus"}}, ("when",), "IANA", id="no such zone"),
        pytest.param({"when": {"digest": "daily", "timezone": "../../etc/passwd"}}, ("when",), "no time zone", id="a path"),
        pytest.param({"when": {"digest": "daily", "timezone": "localtime"}}, ("when",), "IANA", id="whatever the machine has"),
        pytest.param({"quiet_hours": {"from": "08:00", "to": "08:00"}}, ("quiet_hours",), "never end", id="for ever quiet"),
        pytest.param({"group_wait": 601}, ("group_wait",), "10 minutes", id="a long wait"),
        pytest.param({"cooldown": 60}, ("cooldown",), "unit", id="a number of what"),
        pytest.param({"cap": {}}, ("cap",), "a number of messages", id="a cap on nothing"),
        pytest.param({"cap": {"hour": 0}}, ("cap",), "greater", id="a cap of none"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(alerting: dict[str, Any], at: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Alerting.model_validate(alerting)
    errors = refused.value.errors()
    assert any(each["loc"][: len(at)] == at for each in errors)
    assert any(says in each["msg"] for each in errors), errors


def test_a_policy_survives_being_stored() -> None:
    written = {
        "when": {**DAILY, "timezone": "Asia/Tokyo"},
        "quiet_hours": {**NIGHT, "days": ["Monday"]},
        "cap": {"hour": 2},
        "group_wait": "PT30S",
    }
    alerting = Alerting.model_validate(written)
    assert Alerting.model_validate(alerting.model_dump(mode="json")) == alerting
    defaults = Defaults.model_validate({**written, "holidays": ["2026-12-25"]})
    assert Defaults.model_validate(defaults.model_dump(mode="json")) == defaults
