"""What operators and their machines ask."""

from __future__ import annotations

from pathlib import Path

from service.api.app import create_app
from service.edges import Edges, open_edges
from tests.api.conftest import Api
from tests.conftest import Clock


def test_ready_while_work_is_done_in_time(api: Api, clock: Clock) -> None:
    api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})
    clock.advance(seconds=120)
    ready = api.get("/readyz")
    assert (ready["ready"], ready["stages"]["poll"]) == (True, {"due": 1, "oldest": 120.0})


def test_not_ready_when_workers_do_not_keep_up(api: Api, clock: Clock) -> None:
    api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})
    clock.advance(seconds=121)
    late = api.expect(503, "GET", "/readyz")
    assert "not keeping up with stage poll" in late["problems"][0]
    api.expect(200, "GET", "/healthz")


def test_not_ready_before_the_migrations(edges: Edges, tmp_path: Path) -> None:
    bare = open_edges(edges.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'bare.db'}"}))
    response = create_app(bare).test_client().get("/readyz")
    bare.close()
    assert response.status_code == 503
    assert "migrate" in response.text


def test_not_ready_without_a_database_and_no_word_about_it(edges: Edges, tmp_path: Path) -> None:
    nowhere = open_edges(edges.settings.model_copy(update={"database_url": f"postgresql://hush@/none?host={tmp_path}"}))
    client = create_app(nowhere).test_client()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "does not answer" in response.text
    assert "hush" not in response.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 503
    nowhere.close()


def test_metrics_count_rows_and_requests(api: Api) -> None:
    api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})
    api.expect(404, "GET", "/v1/feeds/fd_1234")
    api.expect(404, "GET", "/no/such/route")
    text = api.call("GET", "/metrics").text
    assert 'wirewatch_due{stage="poll"} 1.0' in text
    assert 'wirewatch_feeds{state="new"} 1.0' in text
    assert 'wirewatch_requests_total{method="GET",route="/v1/feeds/<id>",status="404"} 1.0' in text
    assert 'wirewatch_requests_total{method="none",route="none",status="404"} 1.0' in text


def test_two_apps_in_one_process_count_apart(edges: Edges) -> None:
    first, second = create_app(edges).test_client(), create_app(edges).test_client()
    first.get("/healthz")
    assert "/healthz" in first.get("/metrics").text
    assert "/healthz" not in second.get("/metrics").text
