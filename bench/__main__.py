"""Run every benchmark several times; print a table; write var/bench.json.

A benchmark is a function that makes one measurement and returns it. `python -m bench render` runs
those whose name starts with `render`.
"""

import json
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench import (
    collecting_changed,
    collecting_unchanged,
    extracting,
    grouping,
    importing,
    mailing,
    rendering,
    scale,
    sending,
    smtp,
)

RUNS = 5
RESULT = Path("var/bench.json")
MEASURED_WITH = (
    *("digest", "aiohttp", "jinja2", "mjml-python", "sqlalchemy", "httpx", "orjson"),
    *("numpy", "pystemmer", "scipy", "cryptography", "trafilatura", "lxml"),
    *("feedparser", "nh3"),
)


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One figure: its name in bench.json, its unit and what measures it once."""

    name: str
    unit: str
    measure: Callable[[], float]
    runs: int = RUNS


BENCHMARKS = (
    Benchmark(
        name="collect.unchanged_10k.seconds",
        unit="s",
        measure=collecting_unchanged.seconds_10k,
        runs=3,
    ),
    Benchmark(name="collect.peak_mb", unit="MB", measure=collecting_unchanged.peak_mb_10k, runs=1),
    Benchmark(name="group.10k.seconds", unit="s", measure=grouping.seconds_10k),
    Benchmark(
        name="group.10k.semantic.seconds",
        unit="s",
        measure=grouping.semantic_seconds_10k,
        runs=3,
    ),
    Benchmark(name="group.live.ms", unit="ms", measure=grouping.live_ms),
    Benchmark(name="group.live.p95_ms", unit="ms", measure=grouping.live_p95_ms),
    Benchmark(name="group.100k.seconds", unit="s", measure=grouping.seconds_100k, runs=3),
    Benchmark(name="group.100k.peak_mb", unit="MB", measure=grouping.peak_mb_100k, runs=1),
    Benchmark(name="extract.pages_per_s", unit="pages/s", measure=extracting.pages_per_s),
    Benchmark(name="render.issues_per_s", unit="issues/s", measure=rendering.issues_per_s),
    Benchmark(name="personalise.bodies_per_s", unit="bodies/s", measure=sending.bodies_per_s),
    Benchmark(name="mime.messages_per_s", unit="messages/s", measure=mailing.messages_per_s),
    Benchmark(name="dkim.messages_per_s", unit="messages/s", measure=mailing.signed_per_s),
    Benchmark(
        name="dkim.ed25519.messages_per_s",
        unit="messages/s",
        measure=mailing.signed_ed25519_per_s,
    ),
    Benchmark(name="dkim.rsa.signatures_per_s", unit="signatures/s", measure=mailing.rsa_per_s),
    Benchmark(name="send.null.recipients_per_s", unit="recipients/s", measure=sending.null_per_s),
    Benchmark(name="send.sqlite.recipients_per_s", unit="recipients/s", measure=sending.null_per_s),
    Benchmark(
        name="send.sendgrid.recipients_per_s",
        unit="recipients/s",
        measure=sending.sendgrid_per_s,
    ),
    Benchmark(name="smtp.mails_per_s", unit="mails/s", measure=smtp.mails_per_s),
    Benchmark(
        name="send.postgresql.1.recipients_per_s",
        unit="recipients/s",
        measure=scale.one_worker_per_s,
        runs=3,
    ),
    Benchmark(
        name="send.postgresql.2.recipients_per_s",
        unit="recipients/s",
        measure=scale.two_workers_per_s,
        runs=3,
    ),
    Benchmark(name="send.peak_mb_100k", unit="MB", measure=sending.peak_mb_100k, runs=3),
    Benchmark(name="send.peak_mb_1m", unit="MB", measure=sending.peak_mb_1m, runs=3),
    Benchmark(name="plan.sqlite.seconds_1m", unit="s", measure=sending.plan_sqlite_1m, runs=3),
    Benchmark(
        name="plan.postgresql.seconds_1m", unit="s", measure=sending.plan_postgresql_1m, runs=3
    ),
    Benchmark(
        name="plan.sqlite.choices.seconds_1m",
        unit="s",
        measure=sending.plan_sqlite_choices_1m,
        runs=3,
    ),
    Benchmark(
        name="plan.postgresql.choices.seconds_1m",
        unit="s",
        measure=sending.plan_postgresql_choices_1m,
        runs=3,
    ),
    Benchmark(name="import.rows_per_s", unit="rows/s", measure=importing.rows_per_s, runs=3),
    Benchmark(
        name="import.postgresql.rows_per_s",
        unit="rows/s",
        measure=importing.postgresql_rows_per_s,
        runs=3,
    ),
    Benchmark(
        name="collect.changed.feeds_per_s",
        unit="feeds/s",
        measure=collecting_changed.feeds_per_s,
        runs=3,
    ),
    Benchmark(
        name="collect.changed.usual.feeds_per_s",
        unit="feeds/s",
        measure=collecting_changed.usual_feeds_per_s,
        runs=3,
    ),
    Benchmark(name="import.peak_mb_1m", unit="MB", measure=importing.peak_mb_1m, runs=3),
)


def main(prefix: str = "") -> None:
    """Measure the benchmarks named `prefix…`; keep the other figures of bench.json."""
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    figures = {b.name: _figure(b) for b in BENCHMARKS if b.name.startswith(prefix)}
    told = {name: figure for name, figure in (kept | figures).items() if figure is not None}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(told | {"machine": _machine()}, indent=2) + "\n")
    print(f"\nwritten to {RESULT}")


def _figure(benchmark: Benchmark) -> dict[str, object] | None:
    """Measure one; None, and a line that says why, where it can't be measured."""
    try:
        values = [benchmark.measure() for _ in range(benchmark.runs)]
    except smtp.LeftOutError as why:
        print(f"{benchmark.name:34} left out: {why}", flush=True)
        return None
    value = statistics.median(values)
    places = 2 if value < 10 else 0
    print(
        f"{benchmark.name:34} {value:>12,.{places}f} {benchmark.unit:14}"
        f" {min(values):>12,.{places}f} … {max(values):,.{places}f}  ({benchmark.runs} runs)",
        flush=True,
    )
    return {
        "value": value,
        "unit": benchmark.unit,
        "min": min(values),
        "max": max(values),
        "runs": benchmark.runs,
    }


def _machine() -> dict[str, object]:
    return {
        "cpu": _cpu(),
        "cores": len(_affinity()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in MEASURED_WITH},
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((s.split(":")[1].strip() for s in lines if "model name" in s), platform.machine())


def _affinity() -> set[int]:
    import os

    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}


if __name__ == "__main__":
    main(*sys.argv[1:])
