"""A machine that sleeps in mid-call: once its batch is another's, it mails nobody."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.sending import status
from subscribers.database import Database
from tests.crash.senders import adds_up, asleep, finish, look_alike
from tests.pipeline.scene import a_newsroom, address_of, an_approved_issue, enrol, later
from tests.servers import sendgrid, smtp

READERS = 3
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc who sleeps"),
]


@pytest.mark.parametrize(
    ("provider", "look", "options"),
    [
        pytest.param("sendgrid", 1, [], id="before it dials the API"),
        pytest.param("sendgrid", 2, [], id="before it writes the request's body"),
        pytest.param("smtp", 1, [], id="before it dials the relay"),
        pytest.param("smtp", 3, [], id="before it names the sender"),
        pytest.param("smtp", 6, [], id="before a mail's last line"),
        pytest.param("smtp", 3, ["--pipelining"], id="before it names the first mail"),
        pytest.param("smtp", 5, ["--pipelining"], id="before a mail and what is behind it"),
    ],
)
def test_a_sender_that_slept_past_its_lease_mails_nobody_after_waking(
    database: Database, tmp_path: Path, provider: str, look: int, options: list[str]
) -> None:
    record = tmp_path / "accepted"
    enrol(database, READERS)
    issue = an_approved_issue(database)
    with (
        look_alike(provider, record, *options) as port,
        asleep(database.url, provider, port, issue.id, look) as sleeper,
    ):
        url = f"{provider}://127.0.0.1:{port}?tls=no"
        finish(database, url, issue.id)
        [doubt] = doubts(a_newsroom(database))
        assert not mailed(provider, record)
        resolve(a_newsroom(database, clock=later), doubt.doubt.batch.id, sent=False)
        finish(database, url, issue.id)
        assert sleeper.pid is not None
        os.kill(sleeper.pid, signal.SIGCONT)
        sleeper.join(30)
        assert sleeper.exitcode == 0
    everyone = Counter({address_of(reader): 1 for reader in range(1, READERS + 1)})
    assert Counter(mailed(provider, record)) == everyone
    assert adds_up(database)
    assert status(a_newsroom(database), issue.id)[0].tally.sent == READERS


def mailed(provider: str, record: Path) -> list[str]:
    return sendgrid.accepted(record) if provider == "sendgrid" else smtp.accepted(record)
