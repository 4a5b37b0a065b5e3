"""What Prometheus reads: backlogs and counts from the database, requests of this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.domain.outage import evidence_since
from service.edges import Edges
from service.storage.backlogs import backlogs
from service.storage.claims import MOST_COUNTED
from service.storage.counts import count_all
from service.storage.feed_hosts import courtesy_of


class DatabaseCollector(Collector):
    """Reads the database each time it is asked."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register must not read the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Backlogs and counts as they are now."""
        database = self._edges.store.database
        now = self._edges.now()
        waiting = backlogs(database, now, courtesy_of(self._edges.settings))
        yield _gauge(
            "wirewatch_due",
            f"Rows that are due and unclaimed; of more than {MOST_COUNTED} so many",
            "stage",
            {each.stage: each.due for each in waiting},
        )
        oldest = {each.stage: each.oldest for each in waiting}
        yield _gauge("wirewatch_oldest_due_seconds", "How long the oldest due row has waited", "stage", oldest)
        counts = count_all(database)
        yield _gauge("wirewatch_feeds", "Feeds", "state", counts.feeds)
        outcomes = self._edges.store.feeds.recent_outcomes(evidence_since(now, timedelta(seconds=self._edges.settings.poll_interval)))
        hosts = {"failed": outcomes.failed, "answered": outcomes.answered}
        yield _gauge("wirewatch_polled_hosts", "Hosts polled of late, without feeds long broken", "outcome", hosts)
        yield _gauge("wirewatch_deliveries", "Deliveries", "state", counts.deliveries)
        yield _gauge("wirewatch_collected", "Alerts and updates that wait in digests", "kind", counts.collected)
        yield _gauge("wirewatch_feedback", "Words of keys and readers on alerts", "judged", counts.feedback)
        yield _counter("wirewatch_task_failures", "Tasks of the workers that failed", "task", counts.failures)
        stored = {"articles": counts.articles, "matches": counts.matches, "alerts": counts.alerts}
        yield _gauge("wirewatch_stored", "Rows stored", "kind", stored)


def install_metrics(app: Flask, edges: Edges) -> CollectorRegistry:
    """A registry of this app's own, which counts its requests from now on."""
    registry = CollectorRegistry()
    registry.register(DatabaseCollector(edges))
    requests = Counter("wirewatch_requests", "Requests answered", ["method", "route", "status"], registry=registry)

    @app.after_request
    def count(response: Response) -> Response:
        # The route, not the path: a path would make a metric for each id.
        path = request.url_rule.rule if request.url_rule else "none"
        requests.labels(request.method if request.url_rule else "none", path, response.status_code).inc()
        return response

    return registry


def _counter(name: str, about: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
