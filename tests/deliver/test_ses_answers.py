import ssl

import pytest
import urllib3.exceptions
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.providers.ses_answers import Verdict, read_failure, sum_up
from digest.model.delivery import Outcome

REFUSED, UNKNOWN, ACCEPTED = Outcome.REFUSED, Outcome.UNKNOWN, Outcome.ACCEPTED
URL = "https://email.example"


def broken_tls(failure: ssl.SSLError) -> SSLError:
    return SSLError(endpoint_url=URL, error=urllib3.exceptions.SSLError(failure))


@pytest.mark.parametrize(
    ("failure", "outcome", "permanent"),
    [
        (ConnectTimeoutError(endpoint_url=URL), REFUSED, False),
        (ProxyConnectionError(proxy_url=URL), REFUSED, False),
        (CredentialRetrievalError(provider="role", error_msg="no answer"), REFUSED, False),
        (NoCredentialsError(), REFUSED, True),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), REFUSED, True),
        (broken_tls(ssl.SSLCertVerificationError(1, "expired")), REFUSED, True),
        (broken_tls(ssl.SSLEOFError(8, "EOF")), UNKNOWN, False),
        (ReadTimeoutError(endpoint_url=URL), UNKNOWN, False),
        (ConnectionClosedError(endpoint_url=URL), UNKNOWN, False),
        (BotoCoreError(), UNKNOWN, False),
    ],
)
def test_only_what_never_began_is_a_refusal(
    failure: Exception, outcome: Outcome, permanent: bool
) -> None:
    verdict = read_failure(failure)
    assert (verdict.outcome, verdict.permanent, verdict.goes_on) == (outcome, permanent, False)


TAKEN = Verdict(outcome=ACCEPTED, words="m-1", goes_on=True)
BAD = Verdict(outcome=REFUSED, words="400", goes_on=True, permanent=True)
ENDS = st.sampled_from(
    [
        Verdict(outcome=UNKNOWN, words="lost"),
        Verdict(outcome=REFUSED, words="429", retry_after=1.0),
        Verdict(outcome=REFUSED, words="401", permanent=True),
    ]
)


@given(st.lists(st.sampled_from([TAKEN, BAD])), st.none() | ENDS, st.integers(0, 3))
def test_everyone_asked_is_accounted_for_once(
    verdicts: list[Verdict], end: Verdict | None, behind: int
) -> None:
    reached = dict(enumerate([*verdicts, end] if end else verdicts))
    asked = frozenset(range(len(reached) + (behind if end else 0)))
    receipt = sum_up(reached, asked=asked, unfit={99: "no address"})
    named = [*receipt.refused, *receipt.unknown, *receipt.untried]
    assert len(named) == len(set(named))
    rest = asked - set(named)
    by_fate = {fate: {i for i, one in reached.items() if one.outcome is fate} for fate in Outcome}
    assert receipt.unknown == by_fate[UNKNOWN]
    assert by_fate[ACCEPTED] == (rest if receipt.outcome is ACCEPTED else set())
    assert rest == set() or receipt.outcome is not UNKNOWN
    assert receipt.permanent <= (receipt.outcome is REFUSED)
    assert 99 in receipt.refused
