"""What has this process handed over so far, and how fast did providers answer? For Prometheus.

Counts of one process; what all did together stands in the database: digest.pipeline.gauges.
"""

from collections.abc import Iterable

from prometheus_client import Counter, Histogram, Metric
from prometheus_client.registry import Collector

from digest.model.delivery import Outcome

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60)
"""A call is given up after a minute."""


class Meters(Collector):
    """Counters that belong to nobody but their newsroom: no registry of the process knows them."""

    def __init__(self) -> None:
        by = ("provider", "outcome")
        self._calls = Counter("digest_calls", "Calls made to providers.", by, registry=None)
        self._seconds = Histogram(
            "digest_call_seconds",
            "How long a call to a provider took.",
            by,
            buckets=_SECONDS,
            registry=None,
        )
        self._sent = Counter(
            "digest_sent_recipients",
            "Recipients that providers took.",
            ("provider",),
            registry=None,
        )

    def note(self, provider: str, outcome: Outcome, *, seconds: float, sent: int) -> None:
        """Count a call and whom the provider took by it."""
        self._calls.labels(provider, outcome.value).inc()
        self._seconds.labels(provider, outcome.value).observe(seconds)
        self._sent.labels(provider).inc(sent)

    def collect(self) -> Iterable[Metric]:
        """Give all counts."""
        for meter in (self._calls, self._seconds, self._sent):
            yield from meter.collect()
