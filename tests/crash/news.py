"""What SendGrid's webhook would tell of all that the look-alike API accepted."""

from pathlib import Path

from digest.clock import system_clock
from digest.model.event import Event, EventKind


def news_of_the_record(record: Path) -> list[Event]:
    """Give an event of each mail."""
    lines = [line.split() for line in record.read_text().splitlines()]
    return [_news(attempt, address) for attempt, *addresses in lines for address in addresses]


def _news(attempt: str, address: str) -> Event:
    return Event(
        provider="sendgrid",
        key=f"{attempt} {address}",
        attempt_id=attempt,
        subscriber_id=int(address.partition("@")[0].removeprefix("reader")),
        kind=EventKind.PROCESSED,
        at=system_clock(),
        raw={},
    )
