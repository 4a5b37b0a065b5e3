"""The gunicorn entry: `gunicorn "service.wsgi:create()"`."""

from __future__ import annotations

from flask import Flask

from service.api.app import create_app
from service.config import Settings
from service.edges import open_edges


def create() -> Flask:
    """The app as the environment says; called in each worker process, so that no connection crosses a fork."""
    return create_app(open_edges(Settings()))
