"""The admin's commands about readers, as they are typed."""

import csv
import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from digest.cli import subscribers
from digest.resources import shipped
from subscribers.errors import AddressError, ClosedList, TransferError, UnknownList, UnknownReader

Digest = Callable[..., Result]


@pytest.fixture
def digest(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command in a folder of its own, with the sample schedule."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_DATABASE_URL", f"sqlite:///{tmp_path / 'digest.db'}")
    monkeypatch.setenv("DIGEST_SECRET_KEY", "a key for tests only, long enough")
    monkeypatch.setenv("DIGEST_SCHEDULE", str(shipped("schedule.yaml")))
    (tmp_path / "digest.db").write_bytes(empty_database.read_bytes())
    app = typer.Typer()
    subscribers.register(app)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), catch_exceptions=True)

    return run


@pytest.fixture
def readers(tmp_path: Path) -> str:
    path = tmp_path / "readers.csv"
    path.write_text("Courriel;Nom\nawa@example.org;Awa\nnobody;X\n", encoding="utf-8")
    return str(path)


def answer(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


def sizes(digest: Digest) -> list[tuple[object, ...]]:
    result = digest("lists", "list", "--json")
    return [
        (one["name"], one["confirmed"], one["pending"], one["unsubscribed"])
        for one in json.loads(result.stdout)
    ]


def test_an_import_says_what_became_of_each_row(digest: Digest, readers: str) -> None:
    result = digest("subscribers", "import", readers, "--consent", "fair")
    assert "1 accepted, 0 already there, 0 suppressed, 0 unsubscribed, 1 invalid" in result.stdout
    assert "has no @" in result.stdout
    assert sizes(digest) == [("hebdo", 1, 0, 0)]


def test_an_import_answers_a_program_in_json(digest: Digest, readers: str) -> None:
    value = answer(digest("subscribers", "import", readers, "--json"))
    report = value["report"]
    assert isinstance(report, dict)
    assert (report["accepted"], report["invalid"], report["consent"]) == (1, 1, "")
    [row] = value["rows"] if isinstance(value["rows"], list) else []
    assert (row["line"], row["verdict"]) == (3, "invalid")
    assert sizes(digest) == [("hebdo", 0, 1, 0)]


def test_a_dry_run_changes_nothing_not_even_the_list(digest: Digest, readers: str) -> None:
    result = digest("subscribers", "import", readers, "--consent", "fair", "--dry-run")
    assert "1 would be accepted" in result.stdout
    assert sizes(digest) == []


def test_the_report_file_has_every_row_and_no_formula(
    digest: Digest, readers: str, tmp_path: Path
) -> None:
    Path(readers).write_text("email\nawa@example.org\n=cmd|calc\n", encoding="utf-8")
    digest("subscribers", "import", readers, "--report", "report.csv")
    text = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert [row[:3] for row in rows[1:]] == [
        ["2", "awa@example.org", "accepted"],
        ["3", "'=cmd|calc", "invalid"],
    ]


def test_a_report_never_overwrites_the_file_to_import(
    digest: Digest, readers: str, tmp_path: Path
) -> None:
    before = Path(readers).read_bytes()
    (tmp_path / "same.csv").symlink_to(readers)
    for report in (readers, "same.csv"):
        result = digest("subscribers", "import", readers, "--report", report)
        assert isinstance(result.exception, TransferError)
    assert Path(readers).read_bytes() == before


def test_an_export_is_private_and_can_be_imported(
    digest: Digest, readers: str, tmp_path: Path
) -> None:
    digest("subscribers", "import", readers, "--consent", "fair")
    assert "1 reader of" in digest("subscribers", "export", "-o", "out.csv").stdout
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600
    value = answer(digest("subscribers", "import", "out.csv", "--json"))
    assert value["rows"] == [
        {"line": 2, "address": "awa@example.org", "verdict": "already there", "reason": ""}
    ]
    assert "awa@example.org,Awa,fr," in digest("subscribers", "export").stdout


def test_an_export_to_the_screen_as_json_is_one_document(digest: Digest, readers: str) -> None:
    digest("subscribers", "import", readers, "--consent", "fair")
    value = answer(digest("subscribers", "export", "--json"))
    assert value["list"] == "hebdo"
    [reader] = value["readers"] if isinstance(value["readers"], list) else []
    assert (reader["address"], reader["name"]) == ("awa@example.org", "Awa")


def test_a_reader_comes_and_goes(digest: Digest) -> None:
    assert "on hebdo" in digest("subscribers", "add", "a@example.org", "--consent", "x").stdout
    assert "already" in digest("subscribers", "add", "a@example.org", "--consent", "x").stdout
    assert "is unsubscribed" in digest("subscribers", "remove", "A@example.org").stdout
    assert "was not on" in digest("subscribers", "remove", "a@example.org").stdout
    assert "must agree again" in digest("subscribers", "add", "a@example.org").stdout
    assert sizes(digest) == [("hebdo", 0, 1, 0)]


def test_who_has_yet_to_agree_is_mailed_a_link_and_the_erased_are_not(
    digest: Digest, tmp_path: Path
) -> None:
    added = digest("subscribers", "add", "a@example.org").stdout
    assert "yet to agree" in added
    assert "link to confirm" in added
    assert waiting(tmp_path) == [("confirm", "ready", "a@example.org")]
    digest("subscribers", "add", "b@example.org", "--consent", "x")
    digest("subscribers", "forget", "A@example.org", "--yes")
    assert waiting(tmp_path) == [("confirm", "skipped", "")]


def waiting(folder: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(folder / "digest.db")) as connection:
        return list(connection.execute("SELECT kind, state, address FROM notices"))


def test_everything_held_is_shown(digest: Digest) -> None:
    for command in ("show", "history"):
        nobody = digest("subscribers", command, "a@example.org")
        assert (nobody.exit_code, nobody.stdout) == (1, "")
        assert isinstance(nobody.exception, UnknownReader)
        assert "nothing is held of a@example.org" in str(nobody.exception)
    digest("subscribers", "add", "a@example.org", "--name", "Awa", "--consent", "phone")
    digest("subscribers", "suppress", "a@example.org")
    shown = digest("subscribers", "show", "a@example.org").stdout
    assert all(word in shown for word in ("Awa", "hebdo", "confirmed", "phone", "suppressed since"))
    value = answer(digest("subscribers", "show", "a@example.org", "--json"))
    assert set(value) == {"subscriber", "memberships", "consents", "suppression"}


def test_a_history_is_a_table_or_json(digest: Digest) -> None:
    digest("subscribers", "add", "a@example.org", "--consent", "phone")
    shown = digest("subscribers", "history", "A@example.org").stdout
    assert "a@example.org · id 1" in shown
    assert "phone" in shown
    value = answer(digest("subscribers", "history", "a@example.org", "--json"))
    assert isinstance(value["moments"], list)
    [added] = value["moments"]
    assert (added["what"], added["of"], added["batch_id"]) == ("added", "hebdo", None)


def test_a_suppressed_address_is_kept_out_until_it_is_lifted(digest: Digest) -> None:
    assert "never be mailed" in digest("subscribers", "suppress", "a@example.org").stdout
    assert "as before" in digest("subscribers", "suppress", "a@example.org").stdout
    assert "is suppressed" in digest("subscribers", "add", "a@example.org").stdout
    digest("subscribers", "unsuppress", "a@example.org")
    assert "on hebdo" in digest("subscribers", "add", "a@example.org", "--consent", "x").stdout


def test_forgetting_asks_first(digest: Digest) -> None:
    digest("subscribers", "add", "a@example.org", "--consent", "x")
    assert digest("subscribers", "forget", "a@example.org").exit_code != 0
    assert sizes(digest) == [("hebdo", 1, 0, 0)]
    forgotten = digest("subscribers", "forget", "a@example.org", "--yes").stdout
    assert "is erased" in forgotten
    assert "2 rows of evidence" in forgotten
    assert sizes(digest) == [("hebdo", 0, 0, 0)]


def test_lists_are_made_and_listed(digest: Digest) -> None:
    assert "no lists yet" in digest("lists", "list").stdout
    assert "'mensuel' is ready" in digest("lists", "create", "mensuel", "--title", "M").stdout
    assert "mensuel" in digest("lists", "list").stdout


def test_a_list_is_archived_and_opened_again(digest: Digest) -> None:
    digest("subscribers", "add", "a@example.org", "--consent", "x")
    shown = digest("lists", "show", "hebdo").stdout
    assert "mailed: 1, without the suppressed" in shown
    assert "newsletters that go to it: hebdo-sahel" in shown
    assert "is archived" in digest("lists", "archive", "hebdo").stdout
    assert "as before" in digest("lists", "archive", "hebdo").stdout
    assert "archived since" in digest("lists", "show", "hebdo").stdout
    refused = digest("subscribers", "add", "b@example.org", "--consent", "x").exception
    assert isinstance(refused, ClosedList)
    assert "is unsubscribed" in digest("subscribers", "remove", "a@example.org").stdout
    assert "is open again" in digest("lists", "archive", "hebdo", "--undo").stdout
    assert answer(digest("lists", "show", "hebdo", "--json"))["mailed"] == 0


def test_no_file_is_imported_into_an_archived_list(digest: Digest, readers: str) -> None:
    digest("lists", "create", "hebdo")
    digest("lists", "archive", "hebdo")
    for more in ((), ("--dry-run",)):
        refused = digest("subscribers", "import", readers, "--consent", "fair", *more).exception
        assert isinstance(refused, ClosedList)
    assert sizes(digest) == [("hebdo", 0, 0, 0)]


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        (("subscribers", "add", "nobody"), AddressError),
        (("subscribers", "add", "a@example.org", "--list", "hebdoo"), UnknownList),
        (("subscribers", "export"), UnknownList),
        (("subscribers", "import", "none.csv"), TransferError),
        (("subscribers", "import", "none.csv", "--report", "/none/report.csv"), TransferError),
    ],
)
def test_expected_failures_are_of_the_documented_kind(
    digest: Digest, words: tuple[str, ...], failure: type[Exception]
) -> None:
    assert isinstance(digest(*words).exception, failure)


def test_the_sample_readers_are_all_made_up_and_valid(digest: Digest) -> None:
    value = answer(digest("subscribers", "import", str(shipped("demo") / "readers.csv"), "--json"))
    report = value["report"]
    assert isinstance(report, dict)
    assert report["accepted"] >= 12
    assert value["rows"] == []


def test_stats_count_by_week_and_write_a_page(digest: Digest, readers: str, tmp_path: Path) -> None:
    digest("subscribers", "import", readers, "--consent", "fair")
    value = answer(digest("subscribers", "stats", "--weeks", "1", "--json"))
    [week] = value["weeks"] if isinstance(value["weeks"], list) else []
    assert (week["added"], week["left"]) == (1, 0)
    page = tmp_path / "growth.html"
    told = digest("subscribers", "stats", "--page", str(page), "--language", "en")
    assert "All lists: 1 confirmed now" in told.stdout
    assert "1 reader is confirmed" in page.read_text(encoding="utf-8")
    refused = digest("subscribers", "stats", "--page", str(page), "--language", "xx")
    assert refused.exit_code == 1
