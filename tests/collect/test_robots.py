"""robots.txt: what it says to us, to whom it does not, and what counts when it can't be had."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.collect.robots import SIZE, allows, delay, origin_of, read_robots, unreadable
from digest.model.robots import Robots

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = "https://fleuve.example"
PAGE = f"{ORIGIN}/private/page"


def robots(text: str | bytes, status: int = 200) -> Robots:
    body = text.encode() if isinstance(text, str) else text
    return read_robots(ORIGIN, status, body, now=NOW)


def crawls(text: str | bytes, url: str = PAGE) -> bool:
    return allows(robots(text), url, named=False)


EVERYBODY = "User-agent: *\nDisallow: /private\n"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        (EVERYBODY, False),
        ("\ufeff" + EVERYBODY, False),
        (EVERYBODY.replace("\n", "\r"), False),
        (EVERYBODY.upper().replace("PRIVATE", "private"), False),
        ("User-agent: other\nDisallow: /\n", True),
        ("User-agent: other\nUser-agent: *\nDisallow: /\n", False),
        ("User-agent: *\nUser-agent: other\nDisallow: /\n", False),
        ("User-agent: other\nDisallow: /\nUser-agent: *\nAllow: /\n", True),
        (EVERYBODY + "\nUser-agent: digest\nAllow: /\n", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: Digest # us\nDisallow: /\n", False),
        ("User-agent: digester\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /\nAllow: /private/page$\n", True),
        ("User-agent: *\nDisallow: /*/page\n", False),
        ("<!DOCTYPE html><title>Accueil</title>", True),
    ],
)
def test_what_is_found_by_following_links_obeys_every_rule(text: str, allowed: bool) -> None:
    assert crawls(text) is allowed


def test_a_rule_for_everybody_keeps_no_reader_from_a_feed_that_an_editor_named() -> None:
    assert allows(robots(EVERYBODY), PAGE, named=True)
    assert not allows(robots("User-agent: digest\nDisallow: /\n"), PAGE, named=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5\n", 2.5),
        ("User-agent: *\nCrawl-delay: 86400\n", 10),
        ("User-agent: *\nCrawl-delay: -3\n", 0),
        ("User-agent: *\nCrawl-delay: soon\n", 0),
        ("User-agent: *\nCrawl-delay: nan\n", 0),
        ("User-agent: other\nCrawl-delay: 7\n", 0),
        ("User-agent: *\nCrawl-delay: 7\n\nUser-agent: digest\nCrawl-delay: 1\n", 1),
    ],
)
def test_a_pause_is_kept_within_bounds(text: str, seconds: float) -> None:
    assert delay(robots(text)) == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_site_without_robots_allows_all(status: int) -> None:
    assert allows(robots(EVERYBODY, status), PAGE, named=False)


def test_while_it_cant_be_had_its_former_copy_counts_for_a_month_and_then_nothing_is_allowed() -> (
    None
):
    former = robots(EVERYBODY)
    later = unreadable(ORIGIN, "500", now=NOW + timedelta(days=30), former=former)
    assert (later.rules, later.fetched_at) == (former.rules, NOW)
    assert later.good_until == NOW + timedelta(days=30) + HOUR
    for gone in (
        unreadable(ORIGIN, "500", now=NOW + timedelta(days=31), former=later),
        unreadable(ORIGIN, "500", now=NOW, former=None),
        unreadable(ORIGIN, "500", now=NOW, former=unreadable(ORIGIN, "x", now=NOW, former=None)),
    ):
        assert not allows(gone, f"{ORIGIN}/free", named=False)
        assert allows(gone, f"{ORIGIN}/feed", named=True)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [(None, 24 * HOUR), (timedelta(seconds=1), HOUR), (5 * HOUR, 5 * HOUR), (99 * HOUR, 24 * HOUR)],
)
def test_a_copy_is_good_for_a_day_at_most(asked: timedelta | None, kept: timedelta) -> None:
    found = read_robots(ORIGIN, 200, b"", now=NOW, lifetime=asked)
    assert found.good_until == NOW + kept


def test_what_stands_after_500_kib_does_not_count() -> None:
    padding = "# x\n" * (SIZE // 4)
    assert crawls(padding + EVERYBODY)
    assert not crawls(padding[:-36] + EVERYBODY)


def test_thousands_of_agents_and_rules_are_not_multiplied() -> None:
    agents = "".join(f"User-agent: a{number}\n" for number in range(14_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(14_000))
    assert robots(agents + rules).rules == ""
    assert not crawls(agents + EVERYBODY + rules)


def test_bytes_that_are_no_text_are_no_rules() -> None:
    assert crawls(bytes(range(256)) * 100)


def test_whose_robots_an_address_falls_under() -> None:
    assert origin_of("HTTPS://user@Fleuve.example:8443/a?b#c") == "https://fleuve.example:8443"
