"""Who is never mailed again on a person's word, and the same taken back."""

import json
from pathlib import Path
from typing import Any

import pytest

from digest.cli import subscribers
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline

AWA = "awa@example.org"


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    return commandline(tmp_path, database, monkeypatch, subscribers.register)


def value(digest: Digest, *words: str) -> dict[str, Any]:
    code, output = digest("subscribers", *words, "--json")
    assert code == 0, output
    told = json.loads(output)
    assert isinstance(told, dict)
    return told


def evidence(digest: Digest) -> list[tuple[str, str, str, str]]:
    rows = value(digest, "show", AWA)["consents"]
    return [(row["list"], row["action"], row["origin"], row["wording"]) for row in rows]


def test_an_address_that_nobody_subscribed_can_be_suppressed_with_reason_and_evidence(
    digest: Digest,
) -> None:
    told = value(digest, "suppress", AWA, "--reason", "complaint", "--note", "by phone")
    assert (told["suppressed"], told["changed"]) == (True, True)
    assert told["suppression"]["reason"] == "complaint"
    assert evidence(digest) == [("", "suppressed", "cli", "by phone")]


def test_the_first_reason_stays_and_is_told(digest: Digest) -> None:
    digest("subscribers", "suppress", AWA, "--reason", "bounce")
    assert "as before: bounce, since" in digest("subscribers", "suppress", AWA)[1]
    told = value(digest, "suppress", AWA)
    assert (told["changed"], told["suppression"]["reason"]) == (False, "bounce")
    assert len(evidence(digest)) == 1


def test_a_suppression_that_is_lifted_is_evidence_too(digest: Digest) -> None:
    digest("subscribers", "suppress", AWA)
    told = value(digest, "unsuppress", AWA, "--note", "she wrote herself")
    assert (told["suppressed"], told["changed"]) == (False, True)
    assert evidence(digest)[-1] == ("", "lifted", "cli", "she wrote herself")
    assert value(digest, "show", AWA)["suppression"] is None


def test_nothing_is_lifted_where_nothing_was(digest: Digest) -> None:
    assert "nothing changed" in digest("subscribers", "unsuppress", AWA)[1]
    assert value(digest, "unsuppress", AWA)["changed"] is False
    code, output = digest("subscribers", "show", AWA)
    assert (code, "nothing is held" in output) == (1, True)


@pytest.mark.parametrize("command", ["suppress", "unsuppress"])
def test_what_is_no_address_is_refused(digest: Digest, command: str) -> None:
    code, output = digest("subscribers", command, "awa at example.org")
    assert code == 1
    assert "no @" in output


def test_a_reason_that_there_is_not_is_refused(digest: Digest) -> None:
    assert digest("subscribers", "suppress", AWA, "--reason", "spite")[0] == 2
