"""Does SpamAssassin take our mail for what it is? The bytes are those that a relay was given."""

import mailbox
import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path

from digest.clock import system_clock
from digest.deliver.provider import Call
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from digest.pipeline.letters import letter_of
from subscribers.database import Database
from tests.judges.borrowed import borrow
from tests.judges.issues import Sample, samples
from tests.pipeline.scene import a_newsroom
from tests.servers import smtp

RECEIVED = (
    "Received: from relay.digest.example (relay.digest.example [IPv6:2001:db8::25])\n"
    "\tby mx.example.org (Postfix) with ESMTPS id 4TqXyz1abc\n"
    "\tfor <reader@example.org>; {date}\n"
)
"""What the reader's own server writes on top; IPv4 addresses of examples count as forged."""
OFFLINE = "--local", "--nocreate-prefs", "--prefspath=/dev/null"
NOTHING_LEARNED = "--cf=use_bayes 0", "--cf=use_txrep 0"


def test_spamassassin_finds_nothing_suspicious(database: Database, tmp_path: Path) -> None:
    borrow("spamassassin")
    mails = [relayed(database, sample, tmp_path / name) for name, sample in samples().items()]
    verdicts = judged(mails, tmp_path)
    assert len(verdicts) == len(mails)
    assert [verdict for verdict in verdicts if verdict[0] > 0.0] == []


def relayed(database: Database, sample: Sample, record: Path) -> bytes:
    """Send a sample to its reader through a relay, and give what the relay got."""
    letter = letter_of(a_newsroom(database), sample.issue, sample.edition)
    with smtp.running(record) as relay:
        provider = open_provider(relay.url, secrets={})
        call = Call(
            attempt_id="a" * 32,
            issue_id=1,
            batch_id=1,
            letter=letter,
            to=(sample.reader,),
            deadline=system_clock() + timedelta(minutes=1),
        )
        receipt = provider.deliver(call)
        provider.close()
        assert receipt.outcome is Outcome.ACCEPTED
        return relay.mails[0][1]


def judged(mails: list[bytes], folder: Path) -> list[tuple[float, str]]:
    """Give each mail's score and the rules that made it; all at once, for Perl is slow to start."""
    box = mailbox.mbox(folder / "mails")
    for mail in mails:
        box.add(stamped(mail))
    box.close()
    done = subprocess.run(
        ["spamassassin", *OFFLINE, *NOTHING_LEARNED, "--mbox", folder / "mails"],
        capture_output=True,
        env=os.environ | {"HOME": str(folder)},
        check=True,
    )
    unfolded = re.sub(r"\n\s+", " ", done.stdout.decode())
    found = re.findall(r"^X-Spam-Status: \w+, score=(\S+) .*?tests=(.*?) autolearn", unfolded, re.M)
    return [(float(score), rules) for score, rules in found]


def stamped(mail: bytes) -> bytes:
    text = mail.replace(b"\r\n", b"\n")
    date = re.search(rb"^Date: (.*)$", text, re.M)
    assert date
    return RECEIVED.format(date=date[1].decode()).encode() + text
