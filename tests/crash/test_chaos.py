"""Everything at once, on both kinds of database: 0 lost, 0 twice, and the ledger is sound."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from digest.pipeline.doubts import doubts
from digest.pipeline.verifying import verify
from subscribers.database import Database
from tests.crash import chaos
from tests.crash.senders import look_alike
from tests.pipeline.scene import a_newsroom, address_of, an_approved_issue, enrol
from tests.servers import sendgrid

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("readers", "capacity", "kills"),
    [
        pytest.param(1_500, 15, 15, id="small"),
        pytest.param(50_000, 100, 100, id="large", marks=pytest.mark.nightly),
    ],
)
def test_under_kills_sleeps_faults_and_bad_post_everyone_is_mailed_once(
    both_databases: Database, tmp_path: Path, readers: int, capacity: int, kills: int
) -> None:
    database, record = both_databases, tmp_path / "accepted"
    seed = random.getrandbits(32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    enrol(database, readers)
    issue = an_approved_issue(database)
    with look_alike("sendgrid", record, "--delay", "0.02", "--chaos", str(seed)) as port:
        url = f"sendgrid://127.0.0.1:{port}?tls=no&capacity={capacity}&workers=2"
        killed = chaos.kill_and_stop(database, url, issue.id, chance=chance, kills=kills)
        assert killed >= kills, "it was over before it was killed often enough"
        ways: Counter[str] = Counter()
        for _ in range(20):
            chaos.finish(database, url, issue.id)
            assert_nobody_twice(record)
            doubtful = len(doubts(a_newsroom(database)))
            chaos.post(database, record, chance)
            ways["by events"] += doubtful - len(doubts(a_newsroom(database)))
            settled = Counter(chaos.settle_all(database, record))
            ways += settled
            if not settled and chaos.is_over(database, issue.id):
                break
    sys.stdout.write(f"{killed} kills, {dict(ways)}\n")
    assert ways["by events"]
    everyone = Counter({address_of(reader): 1 for reader in range(1, readers + 1)})
    assert Counter(sendgrid.accepted(record)) == everyone
    assert verify(a_newsroom(database), issue.id).sound


def assert_nobody_twice(record: Path) -> None:
    often = {one: n for one, n in Counter(sendgrid.accepted(record)).items() if n > 1}
    assert not often
