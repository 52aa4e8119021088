"""From a dropped text to the reader's mail, by the shipped schedule: what a fresh machine does."""

import email
import email.policy
import shutil
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.deliver.providers.urls import open_provider
from digest.model.issue import Brief, IssueState
from digest.pipeline.demo import demo
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.running import RunReport
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from digest.storage import articles
from subscribers.database import Database
from tests.conftest import NOW

TWINS = Path(__file__).parent / "twins"
BOILERPLATE = (
    "min de lecture",
    "il y a 18 heures",
    "il y a 5 jours",
    "Commentaires",
    "lire aussi",
    "🔶",
)
Run = Callable[[Path], tuple[Newsroom, RunReport]]


@pytest.fixture
def run_on(tmp_path: Path, database: Database) -> Run:
    """Run the whole job on a folder of drops; no feed is asked, so that nothing is dialled."""

    def run(drops: Path) -> tuple[Newsroom, RunReport]:
        shutil.copytree(drops, tmp_path / "inbox")
        schedule = read_schedule(shipped("schedule.yaml"))
        folders = tuple(source for source in schedule.sources if source.folder)
        newsroom = Newsroom(
            schedule=schedule.model_copy(update={"sources": folders}),
            root=tmp_path,
            database=database,
            clock=lambda: NOW,
            secret_key=b"0123456789abcdef",
            site_url=schedule.site.url,
            templates=shipped("templates"),
            provider=lambda: open_provider(f"outbox://{tmp_path / 'outbox'}", secrets={}),
        )
        return newsroom, demo(newsroom)

    return run


def briefs(report: RunReport) -> list[Brief]:
    return [brief for section in report.issue.content.sections for brief in section.briefs]


def mails(tmp_path: Path) -> list[EmailMessage]:
    raw = [path.read_bytes() for path in sorted((tmp_path / "outbox").glob("*.eml"))]
    return [email.message_from_bytes(mail, policy=email.policy.default) for mail in raw]


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def assert_two_events_of_one_saga(report: RunReport, folder: Path) -> None:
    told = {brief.headline: brief for brief in briefs(report)}
    assert len(told) == 2
    follow_up = next(brief for brief in told.values() if brief.follows)
    earlier = told[follow_up.follows]
    assert earlier.follows == ""
    assert earlier.published_at < follow_up.published_at
    assert report.issue.state is IssueState.SENT
    for text, html in map(parts, mails(folder)):
        assert not [piece for piece in BOILERPLATE if piece in text or piece in html]


def test_twin_texts_go_from_drop_to_outbox_as_two_events_of_one_saga(
    run_on: Run, tmp_path: Path
) -> None:
    newsroom, report = run_on(TWINS)
    assert_two_events_of_one_saga(report, tmp_path)
    with newsroom.database.read() as connection:
        stored = articles.published_since(connection, NOW.replace(year=2020))
    by_author = {article.author: article for article in stored}
    assert by_author["TRAORÉ Solène"].role == "Correspondante"
    assert by_author["TRAORÉ Solène"].published.precision == "hour"
    assert by_author["ibrahimkeita"].published.precision == "day"
    # What stands after `A lire aussi :` is the conclusion, and glued sentences are two again.
    assert "Reste que le calendrier" in by_author["TRAORÉ Solène"].body
    assert "depuis 2021. Cette" in by_author["ibrahimkeita"].body


def test_the_two_real_texts_go_from_drop_to_outbox_as_two_events_of_one_saga(
    run_on: Run, tmp_path: Path, seeds: Path
) -> None:
    newsroom, report = run_on(seeds)
    assert_two_events_of_one_saga(report, tmp_path)
    with newsroom.database.read() as connection:
        stored = articles.published_since(connection, NOW.replace(year=2020))
    by_author = {article.author: article for article in stored}
    first, second = by_author["MANAA Norredine"], by_author["wilfriedfrancky"]
    assert first.title == "La France réduit son personnel au Mali."
    assert first.role == "Journaliste"
    assert first.body.endswith("des conséquences difficiles à anticiper pour la région.")
    assert (NOW - first.published.at).total_seconds() == 18 * 3600
    assert "depuis 2022. Cette décision" in second.body
    assert "jouer un rôle. Ces accusations" in second.body
    assert (NOW - second.published.at).days == 5


def test_every_demo_reader_gets_one_whole_mail(run_on: Run, tmp_path: Path) -> None:
    _, report = run_on(shipped("inbox"))
    assert report.sending is not None
    received = mails(tmp_path)
    assert len(received) == report.sending.tally.sent == report.sending.tally.planned >= 10
    assert len({mail["To"] for mail in received}) == len(received)
    assert len({mail["List-Unsubscribe"] for mail in received}) == len(received)
    for mail in received:
        text, html = parts(mail)
        link = mail["List-Unsubscribe"].strip("<>")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert link in text
        assert link in html
        assert "12 rue des Exemples" in text
        for brief in briefs(report):
            assert brief.summary.split()[0] in text


def test_running_everything_again_mails_nobody_twice(run_on: Run, tmp_path: Path) -> None:
    newsroom, first = run_on(shipped("inbox"))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "outbox").glob("*.eml")}
    again = demo(replace(newsroom))
    assert first.sending is not None
    assert again.sending is not None
    assert again.issue.id == first.issue.id
    assert again.sending.tally == first.sending.tally
    assert sum(source.new for source in again.sources) == 0
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "outbox").glob("*.eml")}
    assert before == after


def test_french_and_english_articles_on_one_event_are_one_story(run_on: Run) -> None:
    _, report = run_on(shipped("inbox"))
    assert [brief for brief in briefs(report) if any(also.language == "en" for also in brief.also)]
