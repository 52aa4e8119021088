"""The gate: what keeps an issue from going, who is asked before that, and who never is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.collect.answers import Answer, Request, Verdict
from digest.errors import ConflictError
from digest.model.issue import Issue, IssueState
from digest.pipeline import composing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from digest.pipeline.preflight import check, look_over
from digest.storage import issues
from subscribers.database import Database
from tests.compose.desk import SITE, a_newsletter, a_schedule
from tests.compose.test_preflight_sender import GOOD, Book
from tests.pipeline.editorial import FIVE, SLOT, a_newsroom, a_newsroom_with_news, tell_of


class Web:
    """Answers well, but for the pages that are gone; remembers what was asked for how long."""

    def __init__(self, *gone: str) -> None:
        self.gone = gone
        self.asked: list[str] = []
        self.seconds: list[float | None] = []

    def __call__(self, requests: Sequence[Request], **how: Any) -> tuple[Answer, ...]:
        self.asked += [one.url for one in requests]
        self.seconds.append(how["limits"].altogether)
        return tuple(self._answer(one) for one in requests)

    def _answer(self, request: Request) -> Answer:
        if any(words in request.url for words in self.gone):
            refused = Verdict.FAILED
            return Answer(request=request, verdict=refused, status=404, error="it answered 404")
        return Answer(request=request, verdict=Verdict.CONTENT, status=200, url=request.url)


def connected(newsroom: Newsroom, tmp_path: Path, web: Web, *, mails: bool = True) -> Newsroom:
    class Post:
        name = "sendgrid" if mails else "outbox"

        def close(self) -> None:
            """Nothing is open."""

    post: Any = Post
    outside = Outside(memory=tmp_path / "looks.json", ask=web, records=Book(GOOD))
    return replace(newsroom, provider=post, outside=outside, site_url="https://lettre.example")


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    return a_newsroom_with_news(database)


def drafted(newsroom: Newsroom) -> Issue:
    return composing.make_draft(newsroom, "hebdo-sahel", SLOT)


def test_a_whole_look_asks_each_link_once_and_says_what_is_well(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    web = Web()
    online = connected(newsroom, tmp_path, web)
    report = look_over(online, drafted(online))
    assert report.approvable
    assert report.editions == ("fr", "en", "fr.monthly", "en.monthly")
    assert len(web.asked) == len(set(web.asked)) == 5
    assert sum(filter(None, web.seconds)) <= 60
    kinds = {one.code for one in report.findings}
    assert kinds == {"size", "contrast", "links-answer"}
    look_over(online, drafted(online))
    assert len(web.asked) == 5
    look_over(online, drafted(online), again=True)
    assert len(web.asked) == 10


def test_offline_nobody_is_asked_and_that_is_one_note(newsroom: Newsroom, tmp_path: Path) -> None:
    web = Web()
    online = connected(newsroom, tmp_path, web)
    report = look_over(online, drafted(online), offline=True)
    told = [one for one in report.findings if one.code == "links-offline"]
    assert [one.severity for one in told] == ["note"]
    assert web.asked == []
    assert [one for one in look_over(newsroom, drafted(newsroom)).findings if one == told[0]]


def test_a_dead_link_is_told_with_its_story_and_keeps_a_person_from_approving(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    web = Web("Djibo")
    online = connected(newsroom, tmp_path, web)
    issue = drafted(online)
    (dead,) = [one for one in look_over(online, issue).findings if one.severity == "error"]
    assert (dead.code, dead.where) == ("link-dead", f"story {dead.story_id}")
    with pytest.raises(ConflictError, match="it answered 404: drop the story"):
        composing.approve(online, issue.id, "Awa", asks=True)
    assert len(web.asked) == 5


def test_an_approval_asks_for_seconds_only_what_is_new(newsroom: Newsroom, tmp_path: Path) -> None:
    web = Web()
    online = connected(newsroom, tmp_path, web)
    composing.approve(online, drafted(online).id, "Awa", asks=True)
    assert len(web.asked) == 5
    assert sum(filter(None, web.seconds)) <= 20


@pytest.mark.parametrize("mails", [True, False])
def test_where_nobody_is_mailed_an_approval_asks_nobody(
    newsroom: Newsroom,
    tmp_path: Path,
    mails: bool,
) -> None:
    web = Web()
    online = connected(newsroom, tmp_path, web, mails=mails)
    composing.approve(online, drafted(online).id, "Awa", asks=True)
    assert bool(web.asked) is mails


def test_automatic_approval_asks_nobody_and_no_remembered_link_holds_it_up(
    database: Database, tmp_path: Path
) -> None:
    tell_of(database, *FIVE)
    web = Web("Djibo")
    manual = connected(a_newsroom(database), tmp_path, web)
    issue = drafted(manual)
    assert not look_over(manual, issue).approvable
    plan = a_newsletter(approval="automatic")
    schedule = a_schedule(newsletters={"hebdo-sahel": plan})
    automatic = replace(manual, schedule=schedule)
    asked = len(web.asked)
    approved = composing.approve_automatic(automatic, issue, plan)
    assert approved.state is IssueState.APPROVED
    assert len(web.asked) == asked


def test_the_senders_domain_is_told_unless_it_is_a_samples(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    sender = SITE.sender.model_copy(update={"address": "a@lettre.fr"})
    site = SITE.model_copy(update={"sender": sender})
    own = replace(newsroom, schedule=a_schedule(site=site))
    online = connected(own, tmp_path, Web())
    codes = [one.code for one in look_over(online, drafted(online)).findings]
    assert {"spf", "dkim", "dmarc"} < set(codes)


def test_names_are_held_against_the_schedules_aliases(newsroom: Newsroom) -> None:
    schedule = a_schedule(aliases=(("Ménaka", "Menaqa"),))
    issue = drafted(newsroom)
    assert check(newsroom, issue) == []
    other = replace(newsroom, schedule=a_schedule(aliases=(("Mènaka", "Menaqa"),)))
    assert check(replace(newsroom, schedule=schedule), issue) == []
    assert [one.code for one in check(other, issue)] == ["name-odd"]


def test_a_story_that_readers_had_is_told_with_its_issue(newsroom: Newsroom) -> None:
    first = drafted(newsroom)
    composing.approve(newsroom, first.id, "Awa")
    with newsroom.database.write() as connection:
        again = issues.insert(
            connection,
            newsletter="hebdo-sahel",
            slot=SLOT + timedelta(weeks=1),
            content=first.content,
            now=newsroom.clock(),
        )
    told = check(newsroom, again)
    assert {one.code for one in told} == {"story-sent"}
    assert {one.what for one in told} == {"readers had all of it in n° 1"}


def test_a_months_best_that_is_too_long_keeps_no_issue_back(newsroom: Newsroom) -> None:
    first = drafted(newsroom)
    lead = first.content.sections[0].briefs[0]
    heavy = replace(first.content.sections[0], briefs=(replace(lead, summary="mot " * 30_000),))
    with newsroom.database.write() as connection:
        now = newsroom.clock()
        changed = issues.change(
            connection, first, content=replace(first.content, sections=(heavy,)), now=now
        )
    said = {(one.code, one.where, one.severity.value) for one in check(newsroom, changed)}
    clipped = {one for one in said if one[0] == "size-clipped"}
    assert ("size-clipped", "edition fr", "error") in clipped
    assert ("size-clipped", "edition fr.monthly", "warning") in clipped
