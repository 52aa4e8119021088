"""Dates in French and English, with how exactly they are known."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.dates import is_date, read, resolve
from digest.model.article import Precision
from tests.collect.cases import NOW


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("lun., 22 sept. 2025 10:15:00 +0200", "2025-09-22 08:15", "second"),
        ("Mon, 22 Sep 2025 10:15:00 GMT", "2025-09-22 10:15", "second"),
        ("Mon, 22 Sep 2025 10:15:00 EST", "2025-09-22 15:15", "second"),
        ("22 Sep 2025 10:15 -0400", "2025-09-22 14:15", "minute"),
        ("2025-09-22", "2025-09-22 00:00", "day"),
        ("2025-09-22T10:15:00Z", "2025-09-22 10:15", "second"),
        ("2025-09-22T10:15+02:00", "2025-09-22 08:15", "minute"),
        ("2025-09-22 10:15", "2025-09-22 10:15", "minute"),
        ("2025-09", "2025-09-01 00:00", "month"),
        ("19 sept. 2025", "2025-09-19 00:00", "day"),
        ("vendredi 19 septembre 2025", "2025-09-19 00:00", "day"),
        ("Publié le 1er août 2026 à 9h05", "2026-08-01 09:05", "minute"),
        ("19/09/2025", "2025-09-19 00:00", "day"),
        ("September 19, 2025 10:15 PM", "2025-09-19 22:15", "minute"),
        ("Sept 19, 2025", "2025-09-19 00:00", "day"),
        ("19 novembre", "2026-11-19 00:00", "day"),
        ("19 décembre", "2025-12-19 00:00", "day"),
        ("août 2026", "2026-08-01 00:00", "month"),
        ("il y a 3 min", "2026-11-26 16:57", "minute"),
        ("il y a 18 heures", "2026-11-25 23:00", "hour"),
        ("il y a 5 jours", "2026-11-21 17:00", "day"),
        ("Il y a une semaine", "2026-11-19 17:00", "week"),
        ("il y a 2 mois", "2026-09-27 17:00", "month"),
        ("il y a un an", "2025-11-26 17:00", "month"),
        ("hier", "2026-11-25 17:00", "day"),
        ("hier à 14h30", "2026-11-25 14:30", "minute"),
        ("Aujourd’hui, 9:00", "2026-11-26 09:00", "minute"),
        ("Publié le 12/11/2026 à 08h30", "2026-11-12 08:30", "minute"),
        ("12/11/2026 à 08h30 - Mis à jour le 13/11/2026 à 10h", "2026-11-12 08:30", "minute"),
        ("à l’instant", "2026-11-26 17:00", "day"),
        ("avant-hier", "2026-11-24 17:00", "day"),
        ("2 hours ago", "2026-11-26 15:00", "hour"),
        ("a week ago", "2026-11-19 17:00", "week"),
        ("yesterday", "2026-11-25 17:00", "day"),
    ],
)
def test_a_date_is_read_with_its_precision(raw: str, at: str, precision: str) -> None:
    published = resolve(raw, seen_at=NOW)
    assert f"{published.at:%Y-%m-%d %H:%M}" == at
    assert published.precision == precision
    assert (published.raw, published.doubt) == (raw, "")


@pytest.mark.parametrize(
    "raw", ["Mars", "mai", "2022", "May", "sept", "12", "3.5", "le 31 février"]
)
def test_words_that_are_no_date_are_not_taken_for_one(raw: str) -> None:
    published = resolve(raw, seen_at=NOW)
    assert (published.at, published.precision) == (NOW, Precision.FIRST_SEEN)
    assert published.doubt == f"no date could be read from {raw!r}"


def test_no_date_is_first_seen() -> None:
    published = resolve("", seen_at=NOW)
    assert (published.at, published.precision) == (NOW, Precision.FIRST_SEEN)
    assert (published.raw, published.doubt) == ("", "")


def test_a_date_in_the_future_is_first_seen_and_doubted() -> None:
    published = resolve("2030-01-01", seen_at=NOW)
    assert (published.at, published.precision) == (NOW, Precision.FIRST_SEEN)
    assert (published.raw, published.doubt) == ("2030-01-01", "'2030-01-01' lay in the future")


def test_a_relative_date_is_checked_against_the_dates_of_the_text() -> None:
    body = "Ils ont jusqu'au 20 septembre pour partir."
    assert resolve("il y a 5 jours", seen_at=NOW, body=body).doubt == (
        "il y a 5 jours gives 2026-11-21, but the text speaks of 20 septembre"
    )
    in_time = datetime(2026, 9, 24, tzinfo=UTC)
    assert resolve("il y a 5 jours", seen_at=in_time, body=body).doubt == ""


def test_one_near_date_in_the_text_settles_the_doubt() -> None:
    body = "Depuis le 3 mars 2020, et encore le 22 novembre."
    assert resolve("il y a 5 jours", seen_at=NOW, body=body).doubt == ""


def test_the_text_s_own_dateline_is_compared() -> None:
    body = "Publié le 3 mai 2024 par la rédaction\n\nUn texte."
    assert "the text says" in resolve("2026-11-20", seen_at=NOW, body=body).doubt
    assert resolve("2024-05-03", seen_at=NOW, body=body).doubt == ""


@pytest.mark.parametrize(
    "line",
    [
        *("il y a 18 heures", "19 sept. 2025", "hier", "Mis à jour : 3 mai", "just now"),
        "Publié le 12/11/2026 à 08h30 | Mis à jour hier",
    ],
)
def test_a_line_may_be_a_date(line: str) -> None:
    assert is_date(line)


@pytest.mark.parametrize(
    "line", ["Il y a 18 heures que tout a changé", "Mars attaque", "Hier encore"]
)
def test_a_sentence_is_no_date(line: str) -> None:
    assert not is_date(line)


@given(st.integers(0, 400), st.sampled_from(["minute", "heure", "jour", "semaine"]))
def test_what_is_longer_ago_is_earlier(number: int, unit: str) -> None:
    nearer = resolve(f"il y a {number} {unit}s", seen_at=NOW)
    farther = resolve(f"il y a {number + 1} {unit}s", seen_at=NOW)
    assert farther.at < nearer.at <= NOW


@given(st.integers(315_532_800, int(NOW.timestamp())).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_iso_dates_come_back(at: datetime) -> None:
    assert read(at.isoformat(), seen_at=NOW) == (at, Precision.SECOND)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    published = resolve(text, seen_at=NOW, body=text)
    assert published.at <= NOW


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("20/11/2026 à 23h42", "2026-11-20T22:42+00:00"),
        ("2026-11-20 23:42", "2026-11-20T22:42+00:00"),
        ("2026-11-20T23:42:00Z", "2026-11-20T23:42+00:00"),
        ("Fri, 20 Nov 2026 23:42:00 -0000", "2026-11-20T23:42+00:00"),
        ("Fri, 20 Nov 2026 23:42:00 +0400", "2026-11-20T19:42+00:00"),
        ("20 juillet 2026 à 23h42", "2026-07-20T21:42+00:00"),
        ("hier à 14h", "2026-11-26T13:00+00:00"),
        ("il y a 30 jours", "2026-10-27T23:30+00:00"),
        ("27 novembre 2026", "2026-11-26T23:30+00:00"),
    ],
)
def test_an_hour_without_a_zone_is_the_readers_own(words: str, at: str) -> None:
    after_midnight_in_paris = datetime(2026, 11, 26, 23, 30, tzinfo=UTC).astimezone(PARIS)
    found = resolve(words, seen_at=after_midnight_in_paris)
    assert found.at == datetime.fromisoformat(at)
    assert found.at.tzinfo is UTC
    assert found.doubt == ""
