"""Summaries by a machine: asked once, checked, marked, and never in a draft's way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.compose.draft import briefs_of
from digest.group.retelling import Retold, in_own_words
from digest.model.article import Article
from digest.model.issue import IssueContent
from digest.pipeline import composing
from digest.pipeline.machine import Machine
from digest.pipeline.retelling import retell
from subscribers.database import Database
from tests.builders import a_brief, an_article
from tests.compose.desk import a_schedule, an_issue_of, licensed
from tests.pipeline.editorial import SLOT, a_newsroom_with_news
from tests.servers import http, summaries

BODY = (
    "Le gouvernement malien a fermé mercredi douze postes-frontières avec le Sénégal. "
    "La mesure durera trois semaines, selon le ministère des Transports. "
) * 3
ARTICLE = an_article(title="Frontières", description="", body=BODY)
GOOD = "Le Sénégal voit fermer douze postes-frontières pour trois semaines."


def told(
    tmp_path: Path, answer: Callable[[str], Any], *, key: str = summaries.KEY, **how: Any
) -> tuple[Retold, http.LookAlike]:
    with summaries.running(tmp_path / "asked", answer, **how) as server:
        return Machine(server.url, summaries.MODEL, key, longest=1.0)(ARTICLE), server


def test_a_machine_is_asked_for_an_article_and_its_words_are_marked(tmp_path: Path) -> None:
    found, server = told(tmp_path, lambda _: f"\n{GOOD} ")
    assert found == Retold(text=GOOD, machine_written=True)
    (request,) = server.requests
    assert (request["model"], request["temperature"]) == (summaries.MODEL, 0)
    assert "French" in request["messages"][0]["content"]


OWN = in_own_words(ARTICLE).text


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"script": [http.answer(503)]}, "answers 503"),
        ({"script": [http.RESET]}, "does not answer"),
        ({"script": [http.ACCEPT_HANG]}, "does not answer"),
        ({"script": [http.ACCEPT_DRIP]}, "took over 1 seconds"),
        ({"script": [http.GARBAGE]}, "does not answer"),
        ({"finish": "length"}, "was cut short"),
        ({"key": "another"}, "answers 401"),
    ],
)
def test_a_machine_that_fails_is_asked_once_and_leaves_the_articles_own_words(
    tmp_path: Path, how: Mapping[str, Any], why: str
) -> None:
    found, server = told(tmp_path, lambda _: GOOD, **how)
    assert why in found.note
    assert (found.text, found.machine_written, found.answered) == (OWN, False, False)
    assert server.calls == 1


@pytest.mark.parametrize(
    ("answer", "why", "answered"),
    [
        (None, "has no text", False),
        ("x" * 70_000, "over 64000 bytes", False),
        ("Le Sénégal ferme 99 postes-frontières au gouvernement.", "'99' is not", True),
        ("Senegal and its neighbour close twelve border posts.", "is in en", True),
    ],
)
def test_an_answer_that_can_not_be_used_is_refused(
    tmp_path: Path, answer: str | None, why: str, answered: bool
) -> None:
    found, _ = told(tmp_path, lambda _: answer)
    assert why in found.note
    assert (found.text, found.answered) == (OWN, answered)


def test_a_closed_port_is_no_answer() -> None:
    found = Machine(f"http://127.0.0.1:{http.closed_port()}/v1", "m", "")(ARTICLE)
    assert "does not answer" in found.note


def content(*briefs: Any) -> IssueContent:
    return an_issue_of(*briefs).content


def by_machine(article: Article) -> Retold:
    return Retold(text=GOOD, machine_written=True)


BRIEF = a_brief(lead_id=1, summary="Douze postes ferment.")


def test_stories_are_told_again_and_say_so() -> None:
    (brief,) = briefs_of(retell(content(BRIEF), {1: ARTICLE}, by_machine, a_schedule()).sections)
    assert (brief.summary, brief.machine_written) == (GOOD, True)
    assert brief.summary_language == "fr"


@pytest.mark.parametrize(
    "brief",
    [
        replace(BRIEF, summary=""),
        replace(BRIEF, summary_source="RFI"),
        replace(BRIEF, lead_id=0),
        replace(BRIEF, summary=BODY),
    ],
)
def test_a_text_that_may_not_or_need_not_be_told_again_is_not_sent(brief: Any) -> None:
    assert retell(content(brief), {1: ARTICLE}, by_machine, a_schedule()) == content(brief)


def test_a_silent_machine_is_asked_twice_and_no_more() -> None:
    asked: list[int] = []

    def silent(article: Article) -> Retold:
        asked.append(article.id)
        return Retold(text="Rien.", note="silence", answered=False)

    many = content(*(replace(BRIEF, story_id=place) for place in range(6)))
    assert retell(many, {1: ARTICLE}, silent, a_schedule()) == many
    assert len(asked) == 2


def test_a_draft_is_made_with_no_transaction_open_while_the_machine_writes(
    database: Database,
) -> None:
    plain = a_newsroom_with_news(database)

    def writing(article: Article) -> Retold:
        assert not database.engine.pool.checkedout()  # type: ignore[attr-defined]
        return Retold(text=GOOD, machine_written=True)

    issue = composing.make_draft(replace(plain, summariser=writing), "hebdo-sahel", SLOT)
    assert {brief.summary for brief in briefs_of(issue.content.sections)} == {GOOD}


def test_a_machine_s_words_keep_within_the_source_s_licence() -> None:
    def by_machine(article: Article) -> Retold:
        return Retold(text=f"{GOOD} {GOOD}", machine_written=True)

    for room, shown in ((2 * len(GOOD) + 1, f"{GOOD} {GOOD}"), (len(GOOD) + 9, GOOD), (20, "")):
        schedule = licensed(excerpt=room)
        (brief,) = briefs_of(retell(content(BRIEF), {1: ARTICLE}, by_machine, schedule).sections)
        assert brief.summary == (shown or BRIEF.summary)
