"""Customs messages for a monitor: what came to what, what lies where, how old the oldest is, and the lag."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from bonded.queries.customs_messages import figures_by_office, tallies
from bonded.rules.customs_tallies import LAG_BOUNDS_SECONDS


class CustomsCollector(Collector):
    """Asks the database at each visit of the monitor, so that every process tells the same."""

    def describe(self) -> list[Metric]:
        """Name nothing in advance, so that registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give the figures of every office."""
        settled = CounterMetricFamily(
            "bonded_customs_messages_settled", "Messages that had their turn.", labels=["office", "became"]
        )
        lag = HistogramMetricFamily(
            "bonded_customs_lag_seconds", "From the issue of an applied message to its application.", labels=["office"]
        )
        for office, tally in tallies().items():
            for became in ("applied", "superseded", "parked"):
                settled.add_metric([office, became], getattr(tally, became))
            counts = [sum(tally.lags[: place + 1]) for place in range(len(tally.lags))]
            bounds = [*map(str, LAG_BOUNDS_SECONDS), "+Inf"]
            lag.add_metric([office], list(zip(bounds, counts, strict=True)), tally.lag_seconds)
        lying = GaugeMetricFamily(
            "bonded_customs_messages", "Messages that are not settled.", labels=["office", "state"]
        )
        oldest = GaugeMetricFamily(
            "bonded_customs_oldest_seconds", "Age of the oldest message that waits to be read or sent.",
            labels=["office", "direction"],
        )  # fmt: skip
        now = timezone.now()
        for office, figures in figures_by_office().items():
            for state in ("unread", "waiting", "parked", "to_send", "dead"):
                lying.add_metric([office, state], getattr(figures, state))
            for direction, since in (("in", figures.oldest_unread_at), ("out", figures.oldest_to_send_at)):
                oldest.add_metric([office, direction], (now - since).total_seconds() if since else 0.0)
        yield from (settled, lag, lying, oldest)


def register() -> None:
    """Let the monitor's page tell of customs messages; called once, when the app is ready."""
    REGISTRY.register(CustomsCollector())
