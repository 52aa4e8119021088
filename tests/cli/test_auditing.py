"""`digest verify` and `digest proof-of-sending`, as they are typed."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.cli import auditing, sending
from digest.model.issue import Issue
from digest.storage.tables import batches
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.pipeline.scene import an_approved_issue, enrol


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    return commandline(tmp_path, database, monkeypatch, auditing.register, sending.register)


@pytest.fixture
def sent(digest: Digest, issue: Issue) -> Issue:
    assert digest("send", str(issue.id))[0] == 0
    return issue


def damage(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(batches).values(recipients=7))


def test_verify_prints_each_check_and_the_fates(digest: Digest, sent: Issue) -> None:
    code, output = digest("verify", "hebdo-sahel/1")
    assert code == 0
    assert "every recipient stands in exactly one batch" in output
    assert "hebdo-sahel/1 is sent: 5 planned, 5 sent" in output
    assert "NO" not in output


def test_verify_ends_with_a_code_of_its_own_and_names_the_batch(
    digest: Digest, sent: Issue, database: Database
) -> None:
    damage(database)
    code, output = digest("verify", str(sent.id))
    assert code == 11
    assert "NO: 1" in output
    assert "batch 1 says 7 recipients and holds 5" in output
    assert "does not add up: 2 of 16 checks fail, batches 1" in output


def test_verify_gives_one_json_document_also_of_what_is_wrong(
    digest: Digest, sent: Issue, database: Database
) -> None:
    code, output = digest("verify", str(sent.id), "--json")
    found = json.loads(output)
    assert (code, found["sound"], found["recount"]["sent"]) == (0, True, 5)
    damage(database)
    code, output = digest("verify", str(sent.id), "--json")
    found, _ = json.JSONDecoder().raw_decode(output)
    [check, _] = [check for check in found["checks"] if check["faults"]]
    assert (code, found["sound"], check["batches"]) == (11, False, [1])


@pytest.mark.parametrize("command", ["verify", "proof-of-sending"])
def test_there_is_nothing_to_audit_before_it_is_planned(
    digest: Digest, issue: Issue, command: str
) -> None:
    code, output = digest(command, str(issue.id))
    assert code == 5
    assert "nobody was planned yet" in output


def test_a_proof_goes_into_a_file_and_its_sum_is_told(
    digest: Digest, sent: Issue, tmp_path: Path
) -> None:
    code, output = digest("proof-of-sending", "hebdo-sahel/1", "--to", "proof.csv")
    whole = (tmp_path / "proof.csv").read_bytes()
    sealed = whole[: whole.rindex(b"# proof-of-sending")]
    assert code == 0
    assert "5 recipients of hebdo-sahel/1 are in proof.csv: 5 sent" in output
    assert hashlib.sha256(sealed).hexdigest() in output


def test_a_proof_goes_to_the_screen_in_either_form(digest: Digest, sent: Issue) -> None:
    _, table = digest("proof-of-sending", "1")
    _, lines = digest("proof-of-sending", "1", "--format", "jsonl")
    assert len(table.splitlines()) == 7
    assert [json.loads(line)["subscriber_id"] for line in lines.splitlines()[:-1]] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert digest("proof-of-sending", "1", "--format", "xml")[0] == 2


def test_a_proof_is_one_json_document_on_demand(digest: Digest, sent: Issue) -> None:
    rows = json.loads(digest("proof-of-sending", "1", "--json")[1])
    assert [row["fate"] for row in rows] == ["sent"] * 5
    told = json.loads(digest("proof-of-sending", "1", "--to", "p.jsonl", "--json")[1])
    assert (told["file"], told["proof"]["rows"]) == ("p.jsonl", 5)


def test_a_file_that_can_not_be_written_is_told(digest: Digest, sent: Issue) -> None:
    code, output = digest("proof-of-sending", "1", "--to", "no/such/folder/proof.csv")
    assert code == 1
    assert "can't be written" in output
