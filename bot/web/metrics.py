"""What Prometheus sees. Names and counts only: no titles, no people, no channels."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)


class Metrics:
    """The bot's own counters, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Register everything."""
        kept = registry or CollectorRegistry()
        self.registry = kept
        self._requests = Counter(
            "signalbox_requests", "Requests of Slack that were answered", ["kind"], registry=kept
        )
        self._ack = Histogram(
            "signalbox_ack_seconds",
            "Time from a request to its acknowledgement; Slack waits 3 s",
            ["kind"],
            buckets=_BUCKETS_S,
            registry=kept,
        )
        self._recorded = Counter(
            "signalbox_intents_recorded", "New intents made durable", ["kind"], registry=kept
        )
        self._deliveries = Counter(
            "signalbox_deliveries",
            "Attempts of the outbox: done, later, refused, unknown, lost",
            ["method", "outcome"],
            registry=kept,
        )
        self._waiting = Gauge(
            "signalbox_lane_entries", "Entries that wait in all lanes", registry=kept
        )
        self._failing = Gauge(
            "signalbox_lanes_failing", "Lanes that wait for a Retry", registry=kept
        )
        self._lag = Gauge(
            "signalbox_due_lag_seconds", "Age of the oldest due work nobody took", registry=kept
        )

    def acked(self, kind: str, seconds: float) -> None:
        """Count an answered request and how long it was held."""
        self._requests.labels(kind).inc()
        self._ack.labels(kind).observe(seconds)

    def recorded(self, kind: str) -> None:
        """Count a new intent."""
        self._recorded.labels(kind).inc()

    def delivered(self, method: str, outcome: str) -> None:
        """Count an attempt of the outbox."""
        self._deliveries.labels(method, outcome).inc()

    def lanes(self, *, waiting: int, failing: int) -> None:
        """Set how much the outbox owes."""
        self._waiting.set(waiting)
        self._failing.set(failing)

    def lag(self, seconds: float) -> None:
        """Set how late due work is."""
        self._lag.set(seconds)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
