"""What links mails hold: publishers' own, or ours for readers who agreed; never a reader's own."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from digest.compose.anatomy import dissect
from digest.compose.followed import link_name
from digest.deliver.provider import Letter
from digest.model.click import Click
from digest.model.issue import Issue, Mention, Section, Variant
from digest.pipeline import clicks
from digest.pipeline.links import follow, link_maker
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.preflight import check
from digest.pipeline.sending import send
from digest.pipeline.sharing import full_editions
from subscribers.database import Database
from tests.builders import NOON, a_brief, an_issue
from tests.deliver.courier import Courier
from tests.pipeline.scene import an_approved_issue, enrol
from tests.pipeline.test_planning import choose, mailed, newsroom_of

ARTICLE, OTHER = "https://presse.example/bamako?id=7#suite", "https://rfi.example/1"
OURS = "https://digest.example/archive/hebdo-sahel/3"
UTM = {"source": "sahel", "except": ["rfi.example"]}
ADDED = "utm_source=sahel&utm_medium=email&utm_campaign=hebdo-sahel-1"
COUNTED = re.compile(r"https://digest\.example/l/[A-Za-z0-9_-]+")


@pytest.fixture
def database(both_databases: Database) -> Database:
    enrol(both_databases, 4)
    return both_databases


def content(*urls: str, story: int = 1) -> Any:
    mention = Mention(source="RFI", title="Chez RFI", url=OTHER, language="fr")
    briefs = tuple(
        a_brief(story_id=place, url=url, also=(mention,))
        for place, url in enumerate(urls, start=story)
    )
    section = Section(theme="diplomacy", title="Diplomatie", briefs=briefs)
    return replace(an_issue().content, sections=(section,))


def with_utm(newsroom: Newsroom) -> Newsroom:
    told = newsroom.schedule.model_dump(mode="json", exclude_unset=True)
    told["newsletters"]["hebdo-sahel"]["utm"] = UTM
    return replace(newsroom, schedule=type(newsroom.schedule).model_validate(told))


def letters(
    database: Database, issue: Issue, *, utm: bool = False, tracking: bool = True
) -> dict[int, Letter]:
    courier = Courier()
    newsroom = newsroom_of(database, courier, tracking=tracking)
    send(with_utm(newsroom) if utm else newsroom, issue.id)
    return mailed(courier)


def links(letter: Letter) -> list[str]:
    """Give a letter's links but those to our pages, each once, and see that its text has them."""
    found = [
        one for one in dissect(letter.html).links if "%%" not in one and "/archive/" not in one
    ]
    assert [one for one in found if one not in letter.text] == []
    return list(dict.fromkeys(found))


def test_links_are_the_articles_own_unless_a_reader_agreed_to_be_counted(
    database: Database,
) -> None:
    choose(database, 1, tracking=True)
    choose(database, 2, tracking=True)
    issue = an_approved_issue(database, content=content(ARTICLE))
    got = letters(database, issue)
    assert links(got[3]) == [ARTICLE, OTHER]
    assert "/l/" not in got[3].html + got[3].text
    ours = links(got[1])
    assert len(ours) == 2
    assert all(COUNTED.fullmatch(one) and len(one) < 100 for one in ours)
    for address in (ARTICLE, OTHER):
        assert address not in got[1].html + got[1].text
    assert (got[2].html, got[2].text) == (got[1].html, got[1].text)
    assert got[1] is got[2]  # what differs is filled in by the provider: no link to an article


def test_a_site_that_does_not_track_has_plain_links_alone(database: Database) -> None:
    choose(database, 1, tracking=True)
    got = letters(database, an_approved_issue(database, content=content(ARTICLE)), tracking=False)
    assert links(got[1]) == [ARTICLE, OTHER]


def test_a_counted_link_leads_to_its_article(database: Database) -> None:
    choose(database, 1, tracking=True)
    issue = an_approved_issue(database, content=content(ARTICLE))
    newsroom = newsroom_of(database, Courier(), tracking=True)
    tokens = [one.rpartition("/")[2] for one in links(letters(database, issue)[1])]
    followed = [follow(newsroom, token) for token in tokens]
    assert [one and one.url for one in followed] == [ARTICLE, OTHER]
    tagged = [follow(with_utm(newsroom), token) for token in tokens]
    assert [one and one.url for one in tagged] == [
        f"https://presse.example/bamako?id=7&{ADDED}#suite",
        OTHER,
    ]


def test_parameters_stand_in_plain_links_of_html_and_text_and_never_in_ours(
    database: Database,
) -> None:
    choose(database, 1, tracking=True)
    got = letters(database, an_approved_issue(database, content=content(ARTICLE, OURS)), utm=True)
    plain = f"https://presse.example/bamako?id=7&{ADDED}#suite"
    assert links(got[3]) == [plain, OTHER]
    assert {OURS, "https://digest.example/archive/hebdo-sahel/1"} < set(dissect(got[3].html).links)
    assert OURS in dissect(got[1].html).links
    assert "utm_" not in got[1].html + got[1].text


def test_the_editors_proof_has_plain_links_and_is_sound(database: Database) -> None:
    newsroom = with_utm(newsroom_of(database, Courier(), tracking=True))
    issue = an_approved_issue(database, content=content(ARTICLE))
    editions = full_editions(newsroom, issue, newsroom.newsletter(issue.newsletter))
    _, edition = editions[Variant(language="fr")]
    assert f"bamako?id=7&{ADDED}#suite" in edition.text
    assert COUNTED.search(edition.html) is None
    assert [one for one in check(newsroom, issue) if one.where in {"links", "text part"}] == []


def test_a_months_best_counts_for_the_issues_it_is_made_of(database: Database) -> None:
    choose(database, 1, tracking=True, cadence="monthly")
    made: list[Issue] = []
    for place, day in enumerate((6, 13)):
        slot = NOON.replace(month=11, day=day)
        news = content(f"https://presse.example/{place}", story=place + 1)
        made.append(an_approved_issue(database, slot=slot, content=news))
        letters(database, made[-1])
    news = content("https://presse.example/2", story=3)
    slot = NOON.replace(month=12, day=4)
    best = letters(database, an_approved_issue(database, slot=slot, content=news))[1]
    newsroom = newsroom_of(database, Courier(), tracking=True)
    tokens = [one.rpartition("/")[2] for one in links(best)]
    held = {one.url: one.click.issue_id for token in tokens if (one := follow(newsroom, token))}
    assert held == {
        "https://presse.example/2": made[-1].id + 1,
        OTHER: made[-1].id + 1,  # the latest that has it
        "https://presse.example/1": made[-1].id,
    }


def test_what_is_no_link_of_the_issues_stays_plain(database: Database) -> None:
    newsroom = newsroom_of(database, Courier(), tracking=True)
    make = link_maker(
        newsroom, newsroom.schedule.newsletters["hebdo-sahel"], [an_issue()], tracked=True
    )
    assert make("https://other.example/") == "https://other.example/"


def count(newsroom: Newsroom, issue: Issue, urls: Sequence[str], day: date) -> None:
    tally = clicks.Tally(newsroom)
    for url in urls:
        tally.count(Click(issue_id=issue.id, link=link_name(url), day=day))


def test_clicks_are_told_by_story(database: Database) -> None:
    newsroom = newsroom_of(database, Courier())
    issue = an_approved_issue(database, content=content(ARTICLE, "https://presse.example/2"))
    count(newsroom, issue, [ARTICLE, OTHER, ARTICLE], date(2026, 11, 27))
    count(newsroom, issue, [ARTICLE], date(2026, 11, 27) + timedelta(days=1))
    told = clicks.counted(newsroom, issue)
    assert (told.issue, told.clicks) == ("hebdo-sahel/1", 4)
    first, second = told.stories
    assert (first.story_id, first.clicks, second.story_id, second.clicks) == (1, 4, 2, 0)
    assert [(one.source, one.clicks) for one in first.links] == [("La Presse", 3), ("RFI", 1)]
    assert first.links[0].days == {"2026-11-27": 2, "2026-11-28": 1}


def test_many_who_click_at_once_are_all_counted(database: Database) -> None:
    newsroom = newsroom_of(database, Courier())
    issue = an_approved_issue(database, content=content(ARTICLE))
    tally = clicks.Tally(newsroom)
    click = Click(issue_id=issue.id, link=link_name(ARTICLE), day=date(2026, 11, 27))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tally.count(click), range(200)))
    assert clicks.counted(newsroom, issue).clicks == 200
