"""Whatever a relay does, a receipt says no more than is known."""

from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.provider import Receipt
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call
from tests.servers import smtp
from tests.servers.smtp import DROP, EXTENSIONS, HALF, PIPELINING, RECORD_DROP, LookAlike

SURPRISE = "250 2.0.0 out of nothing"
LATER, NEVER, CLOSING = "451 4.3.0 later", "550 5.1.1 never", "421 4.3.2 closing"
FAULTS = {
    "MAIL": [LATER, NEVER, CLOSING, DROP, HALF, f"250 ok\r\n{SURPRISE}"],
    "RCPT": [LATER, NEVER, CLOSING, DROP, HALF, "550 5.7.1 blocked", f"{LATER}\r\n{SURPRISE}"],
    "DATA": [LATER, NEVER, CLOSING, DROP, HALF, "354 go on", f"354 go on\r\n{SURPRISE}"],
    "BODY": [DROP],
    "END": [
        *[LATER, NEVER, CLOSING, DROP, HALF, RECORD_DROP, "what?"],
        *["250-two\r\n250 lines", f"250 ok\r\n{SURPRISE}", f"{NEVER}\r\n{SURPRISE}"],
    ],
    "RSET": [LATER, CLOSING, DROP],
    "CONNECT": [CLOSING, DROP],
}
UNANSWERED = {DROP, HALF, RECORD_DROP, "what?"}
"""What leaves it open whether a mail was taken."""


def faults() -> st.SearchStrategy[dict[str, str]]:
    """Scripts: what happens at the nth time that something is said."""
    said = st.sampled_from(sorted(FAULTS)).flatmap(
        lambda verb: st.tuples(
            st.tuples(st.just(verb), st.integers(1, 7)).map(lambda pair: f"{pair[0]} {pair[1]}"),
            st.sampled_from(FAULTS[verb]),
        )
    )
    return st.lists(said, max_size=5).map(dict)


@settings(max_examples=250)
@given(
    script=faults(),
    readers=st.integers(1, 6),
    extensions=st.sampled_from([PIPELINING, PIPELINING, EXTENSIONS]),
    most=st.integers(0, 3),
)
def check(
    relay: LookAlike, script: dict[str, str], readers: int, extensions: tuple[str, ...], most: int
) -> None:
    relay.begin_anew(script)
    relay.extensions, relay.most = extensions, most
    provider = open_provider(relay.url, secrets={})
    receipt = provider.deliver(a_call(readers))
    provider.close()
    assert_honest(relay, receipt, set(range(1, readers + 1)))


def test_a_receipt_agrees_with_what_the_relay_did(tmp_path: Path) -> None:
    with smtp.running(tmp_path / "accepted") as relay:
        check(relay)


def assert_honest(relay: LookAlike, receipt: Receipt, everyone: set[int]) -> None:
    refused, unknown, untried = set(receipt.refused), set(receipt.unknown), set(receipt.untried)
    rest = everyone - refused - unknown - untried
    accepted = rest if receipt.outcome is Outcome.ACCEPTED else set()
    assert len(refused) + len(unknown) + len(untried) + len(rest) == len(everyone)
    assert "" not in relay.ends, "a mail to nobody was ended"
    took = Counter(reader_of(address) for address, _ in relay.mails)
    assert all(times == 1 for times in took.values())
    assert accepted <= took.keys() <= accepted | unknown
    assert unknown <= {reader_of(a) for a, said in relay.ends.items() if said in UNANSWERED}


def reader_of(address: str) -> int:
    return int(address.partition("@")[0].removeprefix("reader"))
