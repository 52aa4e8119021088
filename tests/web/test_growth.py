"""The page and the table that show how readership changes."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from sqlalchemy import insert

from digest.model.event import Event, EventKind
from digest.pipeline.growth import Growth, Week, growth_of, total
from digest.pipeline.newsroom import Newsroom
from digest.storage import events
from digest.web.growth import growth_page
from digest.web.pages import open_pages
from digest.web.plots import bar_plot, step_of
from subscribers import lists, tables
from subscribers.database import Database
from subscribers.errors import UnknownList
from subscribers.model import ConsentAction

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
PARIS = "Europe/Paris"


def evidence(action: ConsentAction, at: datetime, list_name: str = "hebdo") -> dict[str, object]:
    who = {"address_hash": "0" * 32, "list_name": list_name, "origin": "test"}
    return who | {"action": action, "at": at}


def event(key: str, kind: EventKind, reader: int, at: datetime = NOW) -> Event:
    return Event(
        provider="sendgrid", key=key, attempt_id="", subscriber_id=reader, kind=kind, at=at, raw={}
    )


@pytest.fixture
def database(both_databases: Database) -> Database:
    midnight = datetime(2026, 11, 22, 23, tzinfo=UTC)  # in Paris it is Monday
    rows = [
        evidence(ConsentAction.ASKED, midnight),
        evidence(ConsentAction.ASKED, midnight - timedelta(seconds=1)),
        evidence(ConsentAction.CONFIRMED, NOW),
        evidence(ConsentAction.IMPORTED, NOW),
        evidence(ConsentAction.ADDED, NOW, "mensuel"),
        evidence(ConsentAction.UNSUBSCRIBED, NOW),
        evidence(ConsentAction.UNSUBSCRIBED, NOW),
        evidence(ConsentAction.RESUMED, NOW),
        evidence(ConsentAction.CONFIRMED, NOW - timedelta(weeks=9)),
    ]
    told = [
        event("1", EventKind.BOUNCED, 1),
        event("2", EventKind.BOUNCED, 1),
        event("3", EventKind.COMPLAINED, 2, NOW - timedelta(weeks=1)),
        event("4", EventKind.DELIVERED, 3),
    ]
    with both_databases.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", NOW)
        connection.execute(insert(tables.consents), rows)
        events.store(connection, told, NOW)
    return both_databases


def test_weeks_begin_on_monday_where_the_newsroom_is(database: Database) -> None:
    before, this = growth_of(database, NOW, weeks=2, timezone=PARIS).weeks
    assert before == Week(monday=date(2026, 11, 16), asked=1, complained=1)
    assert this == Week(monday=date(2026, 11, 23), asked=1, confirmed=1, added=2, left=1, bounced=1)


def test_one_list_counts_for_itself_and_must_exist(database: Database) -> None:
    [week] = growth_of(database, NOW, list_name="hebdo", weeks=1, timezone=PARIS).weeks
    assert (week.added, week.bounced) == (1, 0)  # the event is of no mail that is known
    with pytest.raises(UnknownList, match="hebdo"):
        growth_of(database, NOW, list_name="hebdos", weeks=1, timezone=PARIS)


def test_a_change_of_time_makes_no_week_longer_than_seven_days(database: Database) -> None:
    after = datetime(2027, 4, 1, tzinfo=UTC)
    weeks = growth_of(database, after, weeks=30, timezone=PARIS).weeks
    assert {b.monday - a.monday for a, b in pairwise(weeks)} == {timedelta(weeks=1)}
    assert total(weeks).confirmed == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_stands_alone_and_escapes(newsroom: Newsroom, language: str) -> None:
    week = Week(monday=date(2026, 11, 23), confirmed=12_345, left=3)
    growth = Growth(list="<b>", timezone=PARIS, readers=1, weeks=(week, replace(week, left=0)))
    page = growth_page(open_pages(newsroom), growth, NOW, language)
    assert re.findall(r'(?:src|href|url)="?\(?[^ >]+', page) == []
    assert "<b>" not in page
    assert "&" not in page.partition("</style>")[0].partition("<style>")[2]
    assert f'lang="{language}"' in page
    assert {"fr": "12\u202f345", "en": "12,345"}[language] in page
    svg = ElementTree.fromstring(re.findall(r"(?s)<svg.*?</svg>", page)[0])  # noqa: S314 - ours
    assert len(svg.findall("rect")) == 6


@pytest.mark.parametrize(
    ("most", "step"), [(0, 1), (1, 1), (4, 1), (5, 2), (9, 5), (21, 10), (81, 50), (4_001, 2_000)]
)
def test_a_few_lines_reach_over_the_highest_bar(most: int, step: int) -> None:
    assert step_of(most) == step
    plot = bar_plot([[most, 0], [0, 0]])
    assert plot.lines[-1].value >= most
    assert min(bar.y for bar in plot.bars) >= plot.lines[-1].y
    assert len({bar.x for bar in plot.bars}) == 4
