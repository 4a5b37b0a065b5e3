"""The beat table. Beat only knocks; what is due is decided in the database, so two beats do no harm.

What is done now and then is a task for each thing: one that fails costs the others nothing.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

# Plain names: beat, which only knocks, does not import what they mean.
SWEPT_EVERY = {"poll": 1.0, "match": 1.0, "deliver": 1.0, "pages": 1.0, "subscribe": 5.0, "digest": 5.0}  # seconds; each wakes a worker
CLAIMED = ("feeds", "articles", "deliveries", "pages", "websub", "digests")
OLD = ("keys", "queries", "sightings", "articles", "mutes", "silences", "notices", "robots", "stories")  # stories: when articles have left


def _every(seconds: float, task: str, *args: str) -> dict[str, Any]:
    return _at(seconds, task, *args, expires=60)


def _at(schedule: float | crontab, task: str, *args: str, expires: int) -> dict[str, Any]:
    return {"task": f"workers.tasks.{task}", "args": args, "schedule": schedule, "options": {"expires": expires, "queue": "match"}}


SCHEDULE: dict[str, dict[str, Any]] = {
    **{f"sweep_{stage}": _every(seconds, "sweep", stage) for stage, seconds in SWEPT_EVERY.items()},
    **{f"set_aside_{queue}": _every(10.0, "set_aside", queue) for queue in CLAIMED},
    "tell_of_feeds": _every(10.0, "tell_of_feeds"),
    "open_digests": _every(60.0, "open_digests"),
    # Once a day by the clock, so that it is done where beat is started anew each day, too; one after the other, as all want the database.
    **{f"forget_{what}": _at(crontab(hour="3", minute=str(5 * place)), "forget", what, expires=3600) for place, what in enumerate(OLD)},
}
