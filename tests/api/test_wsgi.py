"""The API as gunicorn gets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

KEY = "ww_abcd1234_" + "k" * 43
REQUEST = f"""
from service.wsgi import create
print(create().test_client().get("/v1/feeds", headers={{"Authorization": "Bearer {KEY}"}}).status_code)
"""


def test_it_logs_as_the_settings_say() -> None:
    settings = {
        "WIREWATCH_LOG_FORMAT": "json",
        "WIREWATCH_DATABASE_URL": "postgresql://wirewatch:hunter2@127.0.0.1:1/wirewatch",
        "WIREWATCH_SECRET_KEY": "canary",
    }
    ran = subprocess.run(
        [sys.executable, "-c", REQUEST], env={**os.environ, **settings}, capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "503\n"
    told = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [(each["event"], each["level"]) for each in told] == [("the database does not answer", "warning")]
    assert "Connection refused" in told[0]["cause"]
    assert "hunter2" not in ran.stderr
