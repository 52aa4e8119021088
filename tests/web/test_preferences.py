"""A reader's own page: what it shows, what it takes over, and what it refuses whole."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from digest.compose.typography import typeset
from digest.compose.wording import catalogue
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Schedule
from digest.web.main import create_app
from digest.web.preferences import TRACKING_WORDING
from digest.web.security import LONGEST_BODY
from subscribers import lists, people
from subscribers.choices import Preferences, choices_of
from subscribers.model import Cadence, Consent, ConsentAction
from subscribers.people import held
from subscribers.tokens import confirmation_token, unsubscribe_token
from tests.web.conftest import KEY, ONE_CLICK, SCHEDULE, Reader, TestClient, join

SOUND = {"language": "fr", "cadence": "every", "paused_until": "", "themes": ["sahel"]}
TRACKING = (ConsentAction.TRACKING_ALLOWED, ConsentAction.TRACKING_WITHDRAWN)


def a_schedule(*, tracking: bool) -> Schedule:
    told = SCHEDULE.model_dump(mode="json", exclude_unset=True)
    told["site"]["tracking"] = tracking
    told["themes"]["chad"] = {"title": {"fr": "Tchad & lac", "en": "Chad"}, "keywords": ["Tchad"]}
    told["newsletters"]["hebdo-sahel"]["sections"] = ["sahel", "chad"]
    return Schedule.model_validate(told)


@pytest.fixture
def newsroom(newsroom: Newsroom) -> Newsroom:
    return replace(newsroom, schedule=a_schedule(tracking=False))


@pytest.fixture
def path(reader: Reader) -> str:
    return page_of(reader)


@pytest.fixture
def asking(newsroom: Newsroom) -> Iterator[TestClient]:
    """A browser at the door of a newsroom that asks for consent to tracking."""
    app = create_app(replace(newsroom, schedule=a_schedule(tracking=True)))
    with TestClient(app, base_url="https://digest.example.org") as client:
        yield client


def page_of(reader: Reader) -> str:
    return reader.path.replace("/u/", "/p/")


def stored(newsroom: Newsroom, reader: Reader) -> Preferences | None:
    with newsroom.database.read() as connection:
        return choices_of(connection, reader.id, "hebdo")


def consents(newsroom: Newsroom, reader: Reader) -> list[Consent]:
    with newsroom.database.read() as connection:
        holding = held(connection, secret_key=KEY, address=reader.address)
    return [one for one in holding.consents if one.action in TRACKING]


def test_looking_writes_nothing(browser: TestClient, newsroom: Newsroom, path: str) -> None:
    written: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        written.extend([statement] if not statement.startswith(("SELECT", "BEGIN")) else [])

    event.listen(newsroom.database.engine, "before_cursor_execute", note)
    assert [browser.request(method, path).status_code for method in ("GET", "HEAD")] == [200, 200]
    event.remove(newsroom.database.engine, "before_cursor_execute", note)
    assert [line for line in written if "PRAGMA" not in line] == []


def test_all_that_is_chosen_is_kept_and_shown_again(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    wishes = {"themes": "chad", "language": "en", "cadence": "monthly"}
    answer = browser.post(path, data=wishes | {"paused_until": "2027-01-31"})
    assert answer.status_code == 200
    assert "Your preferences are saved" in answer.text
    assert "Nothing before Sunday, 31 January 2027" in answer.text
    assert stored(newsroom, reader) == Preferences(
        language="en",
        themes=("chad",),
        cadence=Cadence.MONTHLY,
        paused_until=datetime(2027, 1, 30, 23, tzinfo=UTC),  # midnight in Paris
    )
    page = browser.get(path).text
    assert 'value="chad" checked' in page
    assert 'value="sahel" checked' not in page
    assert 'value="monthly" checked' in page
    assert 'value="2027-01-31"' in page
    assert 'value="en" checked' in page


def test_sending_the_form_twice_ends_the_same(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    answers = [browser.post(path, data=SOUND).text for _ in range(2)]
    assert answers[0] == answers[1]
    assert stored(newsroom, reader) == Preferences(language="fr", themes=("sahel",))


@pytest.mark.parametrize("themes", [[], ["sahel", "chad"], ["chad", "sahel", "chad"]])
def test_no_theme_and_every_theme_both_mean_all(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str, themes: list[str]
) -> None:
    assert "<dd>tous</dd>" in browser.post(path, data=SOUND | {"themes": themes}).text
    assert stored(newsroom, reader) == Preferences(language="fr")


@pytest.mark.parametrize(
    ("change", "anchor"),
    [
        ({"themes": ["sahel", "football"]}, "#themes"),
        ({"themes": "x" * 9_000}, "#themes"),
        ({"language": "de"}, "#language-fr"),
        ({"language": ""}, "#language-fr"),
        ({"language": ["fr", "en"]}, "#language-fr"),
        ({"cadence": "hourly"}, "#cadence-every"),
        ({"cadence": ["every", "monthly"]}, "#cadence-every"),
        ({"paused_until": "tomorrow"}, "#paused_until"),
        ({"paused_until": "20270131"}, "#paused_until"),
        ({"paused_until": "2027-02-30"}, "#paused_until"),
        ({"paused_until": "2026-11-26"}, "#paused_until"),
        ({"paused_until": "2027-11-28"}, "#paused_until"),
        ({"paused_until": "9999-12-31"}, "#paused_until"),
        ({"paused_until": ["2027-01-31", "2027-02-28"]}, "#paused_until"),
        ({"paused_until": "٢٠٢٧-٠١-٣١"}, "#paused_until"),
    ],
)
def test_one_mistake_saves_nothing_and_is_said_with_a_link_to_its_field(
    browser: TestClient,
    newsroom: Newsroom,
    reader: Reader,
    change: dict[str, Any],
    anchor: str,
) -> None:
    path = page_of(reader)
    before = stored(newsroom, reader)
    answer = browser.post(path, data=SOUND | {"cadence": "monthly", "themes": "chad"} | change)
    assert answer.status_code == 422
    alert = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert f'href="{anchor}"' in alert
    assert f'id="{anchor[1:]}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert stored(newsroom, reader) == before


def test_what_was_typed_is_shown_again_escaped(browser: TestClient, path: str) -> None:
    page = browser.post(path, data=SOUND | {"paused_until": '"><b>'}).text
    assert 'value="&#34;&gt;&lt;b&gt;"' in page
    assert 'value="sahel" checked' in page


def test_the_last_day_of_a_pause_is_a_year_ahead(browser: TestClient, path: str) -> None:
    assert browser.post(path, data=SOUND | {"paused_until": "2027-11-27"}).status_code == 200
    assert (
        "27 novembre 2027" in browser.post(path, data=SOUND | {"paused_until": "2028-01-01"}).text
    )


@pytest.mark.parametrize("body", [b"", b"\xff\x00{}", b"a=1&" * 300, b"x" * (LONGEST_BODY + 1)])
def test_a_body_that_is_not_our_form_changes_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str, body: bytes
) -> None:
    before = stored(newsroom, reader)
    answer = browser.post(path, content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code in {400, 413, 422}
    assert stored(newsroom, reader) == before


def test_who_has_left_is_told_so_and_can_change_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    browser.post(reader.path, data=ONE_CLICK)
    for answer in (browser.get(path), browser.post(path, data=SOUND)):
        assert answer.status_code == 200
        assert "désabonnement est enregistré" in answer.text
        assert "/undo" in answer.text
    with newsroom.database.read() as connection:
        person = held(connection, secret_key=KEY, address=reader.address).subscriber
    assert person is not None
    assert person.themes == ()


def test_who_is_erased_is_told_how_to_sign_up(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str, now: datetime
) -> None:
    with newsroom.database.write() as connection:
        people.forget(connection, secret_key=KEY, address=reader.address, origin="cli", now=now)
    for answer in (browser.get(path), browser.post(path, data=SOUND)):
        assert answer.status_code == 200
        assert 'href="/subscribe"' in answer.text


def test_a_link_changes_its_own_reader_alone(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str, now: datetime
) -> None:
    other = join(newsroom, "bob@example.net", "en", now)
    browser.post(path, data=SOUND | {"subscriber_id": str(other.id), "address": other.address})
    assert stored(newsroom, other) == Preferences(language="en")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "A" * 30_000,
        "%E2%80%AE",
        unsubscribe_token(b"another installation's key", 1, "hebdo"),
        confirmation_token(KEY, 1, "hebdo", datetime.fromisoformat("2026-11-26T17:00:00+00:00")),
        unsubscribe_token(KEY, 1, "hebdo")[:-1],
    ],
)
def test_a_forged_link_opens_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, method: str, token: str
) -> None:
    answer = browser.request(method, f"/p/{token}", data=SOUND if method == "POST" else None)
    assert answer.status_code == 404
    assert stored(newsroom, reader) == Preferences(language="fr")


def test_tracking_is_not_asked_about_unless_the_schedule_says_so(
    browser: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    assert 'name="tracking"' not in browser.get(path).text
    browser.post(path, data=SOUND | {"tracking": "yes"})
    assert stored(newsroom, reader) == Preferences(language="fr", themes=("sahel",))
    assert consents(newsroom, reader) == []


def test_consent_to_tracking_is_proved_in_the_words_that_were_shown(
    asking: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    words = typeset(catalogue("fr").gettext(TRACKING_WORDING), "fr")
    assert words in asking.get(path).text
    assert "checked> " not in asking.get(path).text.split('name="tracking"')[1][:20]
    for sent in ({"tracking": "yes"}, {"tracking": "yes"}, {}, {}):
        assert asking.post(path, data=SOUND | sent).status_code == 200
    allowed, withdrawn = consents(newsroom, reader)
    assert (allowed.action, withdrawn.action) == TRACKING
    assert {one.wording for one in (allowed, withdrawn)} == {words}
    assert re.fullmatch("[0-9a-f]{16}", allowed.wording_version)
    assert allowed.origin == "preferences"


def test_withdrawing_stops_tracking_when_nobody_asks_any_more(
    asking: TestClient, browser: TestClient, newsroom: Newsroom, reader: Reader, path: str
) -> None:
    asking.post(path, data=SOUND | {"tracking": "yes"})
    browser.post(path, data=SOUND)
    kept = stored(newsroom, reader)
    assert kept is not None
    assert kept.tracking  # a form that did not ask takes nothing back; nobody is tracked meanwhile


def test_a_pause_that_is_over_is_shown_no_more(
    newsroom: Newsroom, browser: TestClient, path: str, now: datetime
) -> None:
    browser.post(path, data=SOUND | {"paused_until": "2026-12-24"})
    later = replace(newsroom, clock=lambda: now + timedelta(days=40))
    with TestClient(create_app(later)) as client:
        page = client.get(path).text
    assert 'name="paused_until" value=""' in page


def test_a_list_without_a_newsletter_still_has_preferences(
    newsroom: Newsroom, now: datetime
) -> None:
    with newsroom.database.write() as connection:
        lists.ensure(connection, "old", "Vieille liste", now)
    reader = join(newsroom, "kim@example.com", "en", now, "old")
    with TestClient(create_app(newsroom)) as client:
        page = client.get(page_of(reader)).text
        assert "“Vieille liste”" in page
        assert 'name="themes"' not in page
        assert client.post(page_of(reader), data={"language": "en", "cadence": "every"}).is_success
