"""Files that other programs wrote: known by their headers, and nobody whom they no longer mail."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from subscribers import tables
from subscribers.consent import network_hash
from subscribers.people import held
from tests.subscribers.conftest import AWA, KEY, ban, join, load, people, state_of, wrote

EXPORTS = Path(__file__).parents[1] / "data" / "exports"
BOB, CYR, DIA, EVE = (f"{name}@example.org" for name in ("bob", "cyr", "dia", "eve"))
FILES = {
    "listmonk": ("listmonk", {BOB: "unsubscribed", CYR: "suppressed", DIA: "invalid"}),
    "mailchimp": ("Mailchimp", {}),
    "ghost": ("Ghost", {BOB: "unsubscribed", EVE: "unsubscribed"}),
    "brevo": ("Brevo", {CYR: "suppressed"}),
    "substack": ("Substack", {BOB: "unsubscribed"}),
}


@pytest.mark.parametrize("file", FILES)
def test_only_whom_the_other_program_mails_is_mailed(
    connection: Connection, now: datetime, file: str
) -> None:
    program, refused = FILES[file]
    report, rows = load(connection, EXPORTS / f"{file}.csv", now)
    assert report.program == program
    assert {row.address: row.verdict.value for row in rows} == {AWA: "accepted", **refused}
    assert [reader.address for reader in people(connection)] == [AWA]
    joined = select(tables.subscriptions.c.confirmed_at)
    moment = connection.scalar(joined)
    assert moment is not None
    assert moment.date() == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("file", "address", "verdict"),
    [
        ("mailchimp-unsubscribed", BOB, "unsubscribed"),
        ("mailchimp-cleaned", CYR, "suppressed"),
    ],
)
def test_who_left_there_is_kept_away_from_every_later_file(
    connection: Connection, now: datetime, tmp_path: Path, gone: tuple[str, str, str]
) -> None:
    file, address, verdict = gone
    _, [row] = load(connection, EXPORTS / f"{file}.csv", now)
    assert (row.verdict, row.reason) == (verdict, f"in the file: {verdict} in Mailchimp")
    assert people(connection) == []
    _, [again] = load(connection, wrote(tmp_path, f"email\n{address}\n"), now)
    assert again.verdict == verdict
    assert connection.scalar(select(tables.subscribers.c.id)) is None  # only hashes are kept


@pytest.fixture
def gone(file: str, address: str, verdict: str) -> tuple[str, str, str]:
    return file, address, verdict


def test_what_another_program_says_ends_nothing_here(connection: Connection, now: datetime) -> None:
    join(connection, now, BOB)
    join(connection, now, CYR)
    load(connection, EXPORTS / "mailchimp-unsubscribed.csv", now)
    load(connection, EXPORTS / "mailchimp-cleaned.csv", now)
    assert {reader.address for reader in people(connection)} == {BOB, CYR}


def test_columns_of_no_use_are_not_kept_and_the_others_are_fields(
    connection: Connection, now: datetime
) -> None:
    load(connection, EXPORTS / "listmonk.csv", now)
    [reader] = people(connection)
    assert reader.fields == {"city": "Ségou", "age": "41", "tags": '["presse","mali"]'}
    load(connection, EXPORTS / "ghost.csv", now)
    assert people(connection) == [reader]


def test_the_moment_and_the_network_of_a_consent_become_evidence(
    connection: Connection, now: datetime
) -> None:
    load(connection, EXPORTS / "mailchimp.csv", now)
    [reader] = people(connection)
    assert reader.name == "Awa Diop"
    assert reader.fields == {"TAGS": '"presse","mali"'}
    hashed = connection.scalar(select(tables.consents.c.network_hash))
    assert hashed == network_hash(KEY, "192.0.2.7")


def test_a_standing_that_nobody_knows_is_no_consent(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    rows = "uuid,email,name,attributes,status\n1,awa@example.org,Awa,{},sleeping\n"
    _, [row] = load(connection, wrote(tmp_path, rows), now)
    assert row.verdict == "unsubscribed"


@pytest.mark.parametrize("order", [("true", "false"), ("false", "true")])
def test_of_two_rows_about_one_reader_the_refusal_counts(
    connection: Connection, now: datetime, tmp_path: Path, order: tuple[str, str]
) -> None:
    rows = "".join(f"{n},{AWA},{word},2024-01-01\n" for n, word in enumerate(order))
    path = wrote(tmp_path, f"id,email,subscribed_to_emails,created_at\n{rows}")
    report, told = load(connection, path, now)
    assert (report.unsubscribed, people(connection)) == (2, [])
    assert {row.verdict for row in told} == {"unsubscribed"}


def test_a_suppression_here_outlives_a_good_standing_there(
    connection: Connection, now: datetime
) -> None:
    ban(connection, now)
    _, [row] = load(connection, EXPORTS / "mailchimp.csv", now)
    assert row.verdict == "suppressed"


@pytest.mark.parametrize("moment", ["yesterday", "2024-02-31", "2024-01-01 25:00:00"])
def test_a_moment_that_there_is_not_is_refused(
    connection: Connection, now: datetime, tmp_path: Path, moment: str
) -> None:
    header = "email,language,themes,cadence,paused_until,tracking,joined"
    path = wrote(tmp_path, f"{header}\n{AWA},fr,,every,{moment},no,\n")
    _, [row] = load(connection, path, now)
    assert (row.verdict, "date" in row.reason) == ("invalid", True)


def test_who_waits_in_our_own_file_goes_on_waiting(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    header = "email,language,themes,cadence,paused_until,tracking,state"
    path = wrote(tmp_path, f"{header}\n{AWA},fr,,monthly,,yes,pending\n")
    load(connection, path, now)
    assert state_of(connection) == "pending"
    [place] = held(connection, secret_key=KEY, address=AWA).memberships
    assert (place.cadence, place.confirmed_at) == ("monthly", None)
