"""The Celery app and its settings.

What works is imported once there is a worker: beat, which only knocks, has this module too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, task_failure, worker_init, worker_ready
from kombu.exceptions import OperationalError

from service.config import Settings
from service.logs import set_up_logs
from workers.schedule import SCHEDULE

QUEUES = {
    "poll": "poll",
    "pages": "poll",
    "subscribe": "poll",
    "match": "match",
    "digest": "match",
    "deliver": "deliver",
}  # of each stage; who may fetch feeds may fetch pages
LONGEST_TASK = 300  # seconds; a message unacknowledged for longer is given to another worker


def make_app(settings: Settings) -> Celery:
    """The Celery app. The broker is a doorbell: whatever it loses, a sweep finds."""
    app = Celery("wirewatch")
    app.conf.update(
        broker_url=broker_url(settings),
        broker_connection_retry_on_startup=True,
        broker_transport_options=_patience(),
        broker_connection_timeout=5,
        task_publish_retry=False,  # a ring that fails is made up for by the sweep
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue="match",
        task_routes={f"workers.tasks.{stage}": {"queue": queue} for stage, queue in QUEUES.items()},
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_soft_shutdown_timeout=20,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_schedule=SCHEDULE,
        beat_max_loop_interval=1,
        enable_utc=True,
    )
    return app


def broker_url(settings: Settings) -> str:
    """The broker's URL.

    Raises:
        SystemExit: none is set; only `wirewatch up` embeds a broker.
    """
    if settings.broker_url is None:
        raise SystemExit(
            "WIREWATCH_BROKER_URL is not set. Set it (redis://host:6379/0), or use `wirewatch up`, which brings its own broker."
        )
    return settings.broker_url.get_secret_value()


def _patience() -> dict[str, Any]:
    return {
        "visibility_timeout": LONGEST_TASK,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }


@setup_logging.connect
def _set_up_logs(**_: object) -> None:
    set_up_logs(Settings().log_format, outages=(OperationalError,))


@worker_init.connect
def _open_house(**_: object) -> None:
    import workers.tasks  # noqa: F401  # which makes them known
    from workers.house import house
    from workers.warming import start_warm_up

    # The house is opened before the first task: threads that opened it together would open it twice.
    start_warm_up(house(), _stages())


@worker_ready.connect
def _watch(**_: object) -> None:
    from workers.house import house
    from workers.watch import start_watch

    start_watch(house().edges, _stages())


@task_failure.connect
def _count_failure(sender: Task[Any, Any], args: Sequence[str], **_: object) -> None:
    from workers.failures import count

    count(sender.name, args)


def _stages() -> frozenset[str]:
    """Those whose bell this worker hears."""
    return frozenset(app.amqp.queues.consume_from)


app = make_app(Settings())
