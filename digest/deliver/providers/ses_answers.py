"""What does an answer of Amazon's SES API mean, and the lack of one?

One request is one recipient's mail; what it meets may end the whole call.

    200 with a MessageId                      accepted
    400 BadRequest, MessageRejected           that recipient refused for good; where it meets
                                              everyone asked, two at least, all of it
    429 TooManyRequests, 400 LimitExceeded, Throttling…
                                              refused for now, and whoever comes after: a second for
                                              the rate, ten minutes for the day's quota
    AccountSuspended, SendingPaused, MailFromDomainNotVerified, NotFound, AccessDenied, a wrong key,
    any other 4xx; a certificate that is not good; no credentials
                                              refused for good: all of it, whoever calls again
    no such host, connection refused, no connection in time
                                              refused for now, and whoever comes after
    500 and above; a broken answer; none in time; the connection dropped
                                              unknown: the mail was on its way; the others untried

Only what is sure counts as refused, for a refused call is made again. The errors:
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html, the waits:
https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
)

from digest.deliver.provider import Receipt
from digest.deliver.providers.answers import clipped
from digest.model.delivery import Outcome

_THEIRS = frozenset({"BadRequestException", "MessageRejected"})
_THROTTLED = frozenset(
    {"LimitExceededException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_RATE_WAIT, _QUOTA_WAIT = 1.0, 600.0
"""Seconds: the rate is counted by the second, the quota over the last 24 hours."""
_NOT_BEGUN = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    ProxyConnectionError,
)
_NEVER = (NoCredentialsError, ParamValidationError, PartialCredentialsError)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one recipient's mail, and whether the next may be sent."""

    outcome: Outcome
    words: str
    """The API's own; of an accepted mail its MessageId."""
    goes_on: bool = False
    """Whether it concerns this recipient only."""
    permanent: bool = False
    retry_after: float | None = None


def read_answer(answer: Mapping[str, object]) -> Verdict:
    """Say what an answer without an error means."""
    message_id = answer.get("MessageId")
    if not message_id:
        return Verdict(outcome=Outcome.UNKNOWN, words="200 without a MessageId")
    return Verdict(outcome=Outcome.ACCEPTED, words=str(message_id), goes_on=True)


def read_failure(failure: Exception) -> Verdict:
    """Say what an error, or the lack of an answer, means."""
    if isinstance(failure, ClientError):
        return _read_error(failure)
    words = clipped(f"{type(failure).__name__}: {failure}")
    if isinstance(failure, _NEVER) or _is_untrusted(failure):
        return Verdict(outcome=Outcome.REFUSED, words=words, permanent=True)
    sure = isinstance(failure, _NOT_BEGUN)
    return Verdict(outcome=Outcome.REFUSED if sure else Outcome.UNKNOWN, words=words)


def sum_up(
    verdicts: Mapping[int, Verdict], *, asked: frozenset[int], unfit: Mapping[int, str]
) -> Receipt:
    """Make a call's receipt: `asked` could be mailed, up to the last verdict they were.

    `unfit` are recipients for whom no mail could be written.
    """
    accepted = [one.words for one in verdicts.values() if one.outcome is Outcome.ACCEPTED]
    unknown = _ids(verdicts, Outcome.UNKNOWN)
    refused = {id_: one.words for id_, one in verdicts.items() if _is_theirs(one)}
    last = list(verdicts.values())[-1] if verdicts else _NOBODY
    nobody = not (accepted or unknown)
    if nobody and len(refused) == len(asked) > 1:  # all alike: it is not their addresses
        return Receipt(
            outcome=Outcome.REFUSED, detail=last.words, permanent=True, refused=dict(unfit)
        )
    return Receipt(
        outcome=_outcome(bool(accepted), bool(unknown)),
        ref=accepted[0] if accepted else "",
        detail="" if last.outcome is Outcome.ACCEPTED else last.words,
        retry_after=last.retry_after,
        permanent=last.permanent and nobody and not last.goes_on,
        refused={**unfit, **refused},
        unknown=unknown,
        untried=asked - _ids(verdicts, Outcome.ACCEPTED) - unknown - refused.keys(),
    )


_NOBODY = Verdict(outcome=Outcome.REFUSED, words="", goes_on=True)


def _read_error(failure: ClientError) -> Verdict:
    error, meta = failure.response.get("Error", {}), failure.response.get("ResponseMetadata", {})
    code, status = str(error.get("Code", "")), int(meta.get("HTTPStatusCode", 0))
    words = clipped(f"{status} {code}: {error.get('Message', '')}")
    if not 400 <= status < 500:
        return Verdict(outcome=Outcome.UNKNOWN, words=words)
    if code in _THROTTLED or status == 429:
        by_rate = code != "LimitExceededException" and "quota" not in words.lower()
        wait = _RATE_WAIT if by_rate else _QUOTA_WAIT
        return Verdict(outcome=Outcome.REFUSED, words=words, retry_after=wait)
    theirs = code in _THEIRS
    return Verdict(outcome=Outcome.REFUSED, words=words, permanent=True, goes_on=theirs)


def _is_untrusted(failure: Exception) -> bool:
    """Say whether TLS ended at the certificate: by then nothing was sent."""
    cause: object = failure.kwargs.get("error") if isinstance(failure, SSLError) else None
    while isinstance(cause, Exception) and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.args[0] if cause.args else None
    return isinstance(cause, ssl.SSLCertVerificationError)


def _is_theirs(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.REFUSED and verdict.goes_on


def _ids(verdicts: Mapping[int, Verdict], outcome: Outcome) -> frozenset[int]:
    return frozenset(id_ for id_, one in verdicts.items() if one.outcome is outcome)


def _outcome(accepted: bool, unknown: bool) -> Outcome:
    if accepted:
        return Outcome.ACCEPTED
    return Outcome.UNKNOWN if unknown else Outcome.REFUSED
