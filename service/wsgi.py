"""The gunicorn entry: `gunicorn "service.wsgi:create()"`."""

from __future__ import annotations

from flask import Flask

from service.api.app import create_app
from service.config import Settings
from service.edges import open_edges
from service.logs import set_up_logs


def create() -> Flask:
    """The app as the environment says; called in each worker process, so that no connection crosses a fork."""
    settings = Settings()
    set_up_logs(settings.log_format)
    return create_app(open_edges(settings))
