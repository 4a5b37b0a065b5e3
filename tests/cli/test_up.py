"""`wirewatch up`, the real thing."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.runs import is_running, wirewatch

RUNS = r"Ctrl-C stops it"


@pytest.mark.faults
def test_it_serves_restarts_what_dies_and_stops_cleanly(tmp_path: Path) -> None:
    with wirewatch("up", data_dir=tmp_path) as run:
        ready = [run.until(r"(api|worker|beat) +ready \(pid (\d+)") for _ in range(3)]
        pids = {found[1]: found[2] for found in ready}
        url = run.until(r"API +(http://\S+)")[1]
        key = run.until(r"^ +(ww_\w+)$")[1]
        run.until(RUNS)
        assert _get(f"{url}/healthz") == {"status": "alive"}
        assert _get(f"{url}/v1/feeds", key)["items"] == []

        os.kill(int(pids["worker"]), signal.SIGKILL)
        run.until(r"worker +was killed by SIGKILL; it is started again in 1 s")
        pids["worker"] = run.until(r"worker +ready \(pid (\d+)")[1]

        assert run.interrupt() == 0
        assert not any(is_running(int(pid)) for pid in pids.values())
        assert [line.split()[0] for line in run.said if line.endswith("stopped\n")][-1] == "broker"

    with wirewatch("up", data_dir=tmp_path) as again:
        again.until(RUNS)
        assert not any("ww_" in line for line in again.said)
        with wirewatch("up", data_dir=tmp_path) as second:
            assert second.end() == 1
            assert f"Wirewatch runs on {tmp_path} already (pid {again.process.pid})" in "".join(second.said)
        assert again.interrupt() == 0


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with wirewatch("up", data_dir=tmp_path, api_port=port) as run:
            assert run.end() == 1
    assert f"port {port} on 127.0.0.1 is taken" in "".join(run.said)
    assert "WIREWATCH_API_PORT" in run.said[-1]
    assert not (tmp_path / "wirewatch.db").exists()


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with wirewatch("up", data_dir=tmp_path / "file" / "data") as run:
        assert run.end() == 1
    assert "Set WIREWATCH_DATA_DIR" in run.said[-1]


def _get(url: str, key: str = "") -> dict[str, object]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts.path, headers={"Authorization": f"Bearer {key}"} if key else {})
        found: dict[str, object] = json.load(connection.getresponse())
    finally:
        connection.close()
    return found
