from pathlib import Path

import pytest

from digest.deliver.providers.urls import open_provider, read_url
from digest.errors import ConfigError


def test_groups_stand_in_groups() -> None:
    url = " failover( null://\n failover(null://?capacity=7  outbox://var/x) ) "
    provider = open_provider(url, secrets={})
    assert (provider.name, provider.capacity) == ("failover", 7)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("failover()", "names nobody: write failover.sendgrid:// smtp://"),
        ("failover://", "write failover.sendgrid:// smtp://"),
        ("failover(null:// outbox://x", "parentheses of failover.…. don't match"),
        ("failover(null://) outbox://x", "don't match"),
        ("failover(null://) (null://)", "don't match"),
        ("failover(null:// (null://)", "don't match"),
        ("failover(smtp://u:hush)hush@h)", "%28 and %29 for those in a password"),
        ("failover(null://, null://)", "no comma"),
        ("failovr(null://)", "did you mean 'failover'"),
        ("sendgrid(null://)", "unknown group of providers 'sendgrid'"),
        ("failover(null:// pigeon://)", "unknown scheme 'pigeon'"),
        ("failover(null:// sendgrid://)", "SENDGRID_API_KEY"),
    ],
)
def test_a_wrong_group_is_refused_with_the_cure(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as wrong:
        open_provider(url, secrets={})
    assert "hush" not in str(wrong.value)


def test_nothing_shows_a_members_password() -> None:
    url = "failover(null:// smtp://u:hush@relay.example)"
    assert "hush" not in repr(read_url(url)) + open_provider(url, secrets={}).where


def test_when_one_cannot_be_opened_the_others_are_closed_again(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ConfigError):
        open_provider(f"failover(outbox://{tmp_path}/out pigeon://)", secrets={})
    assert (tmp_path / "out" / "index.html").exists(), "an outbox writes its page when it closes"
