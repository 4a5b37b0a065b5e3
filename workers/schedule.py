"""The beat table. Beat only knocks; what is due is decided in the database, so two beats do no harm."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "workers.tasks.sweep", "schedule": 1.0, "options": {"expires": 60, "queue": "match"}},
    # What is due is rung for by the sweep; digests that are sent empty must be there before they are.
    "digest": {"task": "workers.tasks.digest", "schedule": 60.0, "options": {"expires": 60, "queue": "match"}},
    "prune": {"task": "workers.tasks.prune", "schedule": 24 * 3600.0, "options": {"expires": 3600, "queue": "match"}},
}
