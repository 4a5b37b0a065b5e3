"""How much a rule tells, and when: as users write it for a rule, and for all rules of a workspace that say nothing of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from service.domain.written_times import Cooldown, Day, Lowered, Moment, TimeOfDay, Wait, Weekday, Zone

MAX_HOLIDAYS = 400
Stories = Literal["every_article", "once", "developments"]
Rhythm = Literal["hourly", "daily", "weekly"]
Window = Literal["hour", "day"]
Sensitivity = Literal["low", "normal", "high"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class DigestPlan(_Form):
    """Collect what there is to tell, and tell it all at once."""

    digest: Rhythm
    at: TimeOfDay | None = Field(default=None, description="of a daily or weekly digest; null: 08:00")
    weekday: Annotated[Weekday, Lowered] | None = Field(default=None, description="of a weekly digest; null: monday")
    timezone: Zone | None = Field(default=None, description="an IANA name; null: the workspace's")
    send_empty: bool = Field(default=False, description="send it when there is nothing in it, too")

    @model_validator(mode="after")
    def _fits_together(self) -> DigestPlan:
        if self.digest == "hourly" and self.at is not None:
            raise ValueError("an hourly digest comes at each full hour; leave out `at`")
        if self.digest != "weekly" and self.weekday is not None:
            raise ValueError("only a weekly digest has a `weekday`")
        return self


class SpikePlan(_Form):
    """Alert on volume, not on articles: when many more independent outlets than usual report what the rule watches."""

    spike: Window = Field(description="in the last hour, or in the last 24 hours")
    sensitivity: Sensitivity = Field(default="normal", description="high: told of small ones, too; low: only of great ones")
    timezone: Zone | None = Field(
        default=None, description="in which past weeks have the same weekday and hour, an IANA name; null: the workspace's"
    )


class QuietHours(_Form):
    """Hours in which nothing is sent; what there was comes as one message when they end. Past midnight where `to` is before `from`."""

    begins: TimeOfDay = Field(alias="from")
    ends: TimeOfDay = Field(alias="to", description="the same as `from`: a whole day")
    timezone: Zone | None = Field(default=None, description="an IANA name; null: the workspace's")
    days: tuple[Annotated[Weekday, Lowered], ...] | None = Field(
        default=None, min_length=1, max_length=7, description="the days on which they begin; null: every day"
    )

    @model_validator(mode="after")
    def _ends_some_time(self) -> QuietHours:
        if self.begins == self.ends and (self.days is None or len(set(self.days)) == 7):
            raise ValueError("these quiet hours never end; to silence a rule for some time, use `mute_until`")
        return self


class Cap(_Form):
    """How many messages are sent at most; what is more comes as one digest when the hour or the day is over."""

    hour: int | None = Field(default=None, ge=1, le=100_000)
    day: int | None = Field(default=None, ge=1, le=100_000)

    @model_validator(mode="after")
    def _caps_something(self) -> Cap:
        if self.hour is None and self.day is None:
            raise ValueError('a cap needs a number of messages: {"hour": 5}, {"day": 20}, or both')
        return self


def _or_none(example: str) -> BeforeValidator:
    """Of what is neither an object nor "none", tell of the object first: most who write `5` mean a cap, not the end of all caps."""

    def check(value: object) -> object:
        if value in (None, "none") or isinstance(value, Mapping | _Form):
            return value
        raise ValueError(f'write an object as in {example}, or "none" where not even the workspace\'s is to hold')

    return BeforeValidator(check)


def _say_plan(word: str) -> str:
    return f'{{"digest": "{word if word in get_args(Rhythm) else "daily"}"}}'


def _instant_or_digest(value: object) -> object:
    match value:
        case str() if value != "instant":
            raise ValueError(f'write "instant", or a digest as an object: {_say_plan(value)}')
        case {"spike": _}:
            raise ValueError('a spike is chosen for each rule; for all at once write "instant", or a digest as in {"digest": "daily"}')
    return value


When = Annotated[Literal["instant"] | DigestPlan, BeforeValidator(_instant_or_digest)]


KINDS_OF_WHEN = ("digest", "spike")  # the fields by one of which a `when` says what it is


def _one_of_three(value: object) -> object:
    match value:
        case str() if value != "instant":
            raise ValueError(f'write "instant", a digest as in {_say_plan(value)}, or a spike as in {{"spike": "hour"}}')
        case {"digest": _, "spike": _}:
            raise ValueError("a spike is told at once, and has no digest beside it: leave out `digest` or `spike`")
    return value


def _kind_of(when: Any) -> str | None:
    """Which of the three it is meant to be, so that a mistake is told of that one alone."""
    match when:
        case str():
            return "in a word"
        case DigestPlan() | {"digest": _}:
            return "a digest"
        case SpikePlan() | {"spike": _}:
            return "a spike"
    return None


RuleWhen = Annotated[
    Annotated[Literal["instant"], Tag("in a word")] | Annotated[DigestPlan, Tag("a digest")] | Annotated[SpikePlan, Tag("a spike")],
    Discriminator(
        _kind_of,
        custom_error_type="when",
        custom_error_message='write "instant", a digest as in {"digest": "daily"}, or a spike as in {"spike": "hour"}',
    ),
    BeforeValidator(_one_of_three),
]


class Alerting(_Form):
    """When a match becomes an alert, and when that is told. What is null is as the workspace has it."""

    when: RuleWhen | None = Field(default=None, description='"instant", a digest, or a spike')
    stories: Stories = Field(
        default="developments",
        description="of articles that report one event: every_article alerts; once: the first does, the others join it in silence; "
        "developments: likewise, and the alert is updated when something material is new",
    )
    group_wait: Wait | None = Field(
        default=None, description="wait so long for others and tell all in one message, seconds or ISO 8601, up to PT10M"
    )
    cooldown: Cooldown | None = Field(default=None, description="least time between two alerts of this rule, ISO 8601: PT4H")
    quiet_hours: Annotated[QuietHours | Literal["none"] | None, _or_none('{"from": "22:00", "to": "07:00"}')] = Field(
        default=None, description='"none": not even those of the workspace'
    )
    urgent: bool = Field(default=False, description="quiet hours, holidays and the workspace's budget do not hold it back")
    mute_until: Moment | None = Field(default=None, description="no alerts before this time")
    cap: Annotated[Cap | Literal["none"] | None, _or_none('{"hour": 5}')] = Field(
        default=None, description='"none": not even that of the workspace'
    )


class Defaults(_Form):
    """What holds for every rule of a workspace that has no setting of its own, and for all of them together."""

    when: When = Field(default="instant", description='"instant", or a digest')
    group_wait: Wait = Field(default=timedelta(0), description="wait so long for others and tell all in one message")
    cooldown: Cooldown = Field(default=timedelta(0), description="least time between two alerts of a rule")
    quiet_hours: QuietHours | None = None
    cap: Cap | None = Field(default=None, description="of each rule")
    timezone: Zone = Field(
        default="UTC", description="of hours and days where nothing else is said, and of times in messages; an IANA name"
    )
    holidays: tuple[Day, ...] = Field(default=(), max_length=MAX_HOLIDAYS, description="dates on which quiet hours last all day")
    budget: int | None = Field(
        default=None, ge=1, le=1_000_000, description="messages a day of all rules together; what is more comes as a digest at its end"
    )

    @property
    def zone(self) -> ZoneInfo:
        """By whose clocks the workspace's people live."""
        return ZoneInfo(self.timezone)


NOTHING_CHOSEN = Defaults()


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one rule, all said and done. `quiet`, `plan` and `spike` have their own zones; `zone` is that of caps and budget."""

    plan: DigestPlan | None
    spike: SpikePlan | None
    group_wait: timedelta
    cooldown: timedelta
    quiet: QuietHours | None
    urgent: bool
    mute_until: datetime | None
    cap: Cap | None
    zone: ZoneInfo
    holidays: frozenset[date]
    budget: int | None

    def zone_of(self, part: DigestPlan | SpikePlan | QuietHours) -> ZoneInfo:
        """The time zone that this part of it is in."""
        return ZoneInfo(part.timezone) if part.timezone else self.zone


def policy_of(alerting: Alerting, defaults: Defaults) -> Policy:
    """The rule's own settings, and the workspace's where it has none."""
    when = alerting.when or defaults.when
    quiet = alerting.quiet_hours or defaults.quiet_hours
    cap = alerting.cap or defaults.cap
    return Policy(
        plan=when if isinstance(when, DigestPlan) else None,
        spike=when if isinstance(when, SpikePlan) else None,
        group_wait=defaults.group_wait if alerting.group_wait is None else alerting.group_wait,
        cooldown=defaults.cooldown if alerting.cooldown is None else alerting.cooldown,
        quiet=quiet if isinstance(quiet, QuietHours) else None,
        urgent=alerting.urgent,
        mute_until=alerting.mute_until,
        cap=cap if isinstance(cap, Cap) else None,
        zone=defaults.zone,
        holidays=frozenset(defaults.holidays),
        budget=defaults.budget,
    )
