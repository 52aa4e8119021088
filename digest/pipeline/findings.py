"""What must hold of one batch and its rows? Pure judgement; digest.pipeline.verifying walks.

A finder gives what is wrong, in words that follow "batch 7 …".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model.delivery import BatchState, Outcome
from digest.storage.recounts import Entry, Try

_AT_ONCE = timedelta(seconds=1)
"""A suppression that was on its way into the database while a call was intended is no fault."""
_DOUBTED = (BatchState.IN_DOUBT, BatchState.HELD)
_LIVE = (Outcome.OPEN, Outcome.ACCEPTED, Outcome.UNKNOWN)


class Fault:
    """Something that does not hold, and the batches that it concerns."""

    def __init__(self, what: str, *batches: int) -> None:
        self.what = what
        self.batches = batches


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the batches are held against."""

    editions: frozenset[int]
    """Those of the issue."""
    suppressed: Mapping[int, datetime]
    """Since when, by subscriber id."""


Finder = Callable[[Entry, Evidence], Iterator[str]]


def state_of(entry: Entry) -> BatchState | None:
    """Give a batch's state; None for a word that is none."""
    try:
        return BatchState(entry.state)
    except ValueError:
        return None


def _unknown_state(entry: Entry, _: Evidence) -> Iterator[str]:
    if state_of(entry) is None:
        yield f"has the state {entry.state!r}, which there is not"


def _wrong_length(entry: Entry, _: Evidence) -> Iterator[str]:
    if entry.torn:
        yield "has ids that end in the middle of one"
    if entry.recipients != len(entry.recipient_ids):
        yield f"says {entry.recipients} recipients and holds {len(entry.recipient_ids)}"


def _no_edition(entry: Entry, evidence: Evidence) -> Iterator[str]:
    if entry.edition_id not in evidence.editions:
        yield f"is to be mailed edition {entry.edition_id}, which is none of this issue's"


def _wrongly_accepted(entry: Entry, _: Evidence) -> Iterator[str]:
    taken = _tries(entry, Outcome.ACCEPTED)
    if entry.state != BatchState.SENT:
        if taken:
            yield f"is {entry.state}, though attempt {taken[0].id} was accepted"
    elif len(taken) > 1:
        yield f"is sent by {len(taken)} accepted attempts: {_named(taken)}"
    elif taken and taken[0].id != entry.attempt_id:
        yield f"is sent by attempt {taken[0].id}, but names {entry.attempt_id or 'none'}"
    elif not taken and not _nobody_left(entry):
        yield "is sent without an accepted attempt"


def _two_live(entry: Entry, _: Evidence) -> Iterator[str]:
    live = [one for one in entry.tries if one.outcome in _LIVE]
    if len(live) > 1:
        yield f"has {len(live)} live attempts: {_named(live)}"


def _wrongly_in_doubt(entry: Entry, _: Evidence) -> Iterator[str]:
    yield from _matched(entry, Outcome.UNKNOWN, within=_DOUBTED)


def _wrongly_open(entry: Entry, _: Evidence) -> Iterator[str]:
    yield from _matched(entry, Outcome.OPEN, within=(BatchState.CALLING,))


def _mailed_twice(entry: Entry, _: Evidence) -> Iterator[str]:
    for one in _tries(entry, Outcome.DOUBLED):
        yield f"was mailed twice, or may have been: by attempt {one.id} too"


def _unplanned_skip(entry: Entry, _: Evidence) -> Iterator[str]:
    planned = frozenset(entry.recipient_ids)
    for skip in entry.skips:
        if skip.subscriber_id not in planned:
            yield f"skips recipient {skip.subscriber_id}, who was not planned in it"


def _mailed_suppressed(entry: Entry, evidence: Evidence) -> Iterator[str]:
    if not evidence.suppressed:
        return
    left_out = {skip.subscriber_id for skip in entry.skips}
    for taken in _tries(entry, Outcome.ACCEPTED):
        for reader in evidence.suppressed.keys() & frozenset(entry.recipient_ids) - left_out:
            since = evidence.suppressed[reader]
            if since + _AT_ONCE < taken.intent_at:
                moment = f"{since:%Y-%m-%d %H:%M:%S} UTC"
                yield f"was mailed to recipient {reader}, suppressed since {moment}"


OF_A_BATCH: Mapping[str, Finder] = {
    "every batch is in a state that there is": _unknown_state,
    "a batch holds as many recipients as it says": _wrong_length,
    "every batch has an edition of this issue": _no_edition,
    "what is sent was accepted exactly once, or nobody was left; nothing else was": (
        _wrongly_accepted
    ),
    "no batch has two live attempts": _two_live,
    "what is in doubt or held has an unknown attempt, and nothing else has": _wrongly_in_doubt,
    "what is being called has an open attempt, and nothing else has": _wrongly_open,
    "nobody was mailed twice": _mailed_twice,
    "only planned recipients were skipped": _unplanned_skip,
    "nobody was mailed after a suppression": _mailed_suppressed,
}
"""What must hold of each batch, in words, and what finds where it does not."""


def _matched(entry: Entry, outcome: Outcome, *, within: tuple[BatchState, ...]) -> Iterator[str]:
    """Find a state without its attempt, or such an attempt without the state."""
    found = _tries(entry, outcome)
    if entry.state in within and [one.id for one in found] != [entry.attempt_id]:
        yield f"is {entry.state}, but its attempt {entry.attempt_id or '(none)'} is not {outcome}"
    if entry.state not in within and found:
        yield f"is {entry.state}, though attempt {found[0].id} is {outcome}"


def _tries(entry: Entry, outcome: Outcome) -> list[Try]:
    return [one for one in entry.tries if one.outcome == outcome]


def _nobody_left(entry: Entry) -> bool:
    return {skip.subscriber_id for skip in entry.skips} >= frozenset(entry.recipient_ids)


def _named(tries: list[Try]) -> str:
    return ", ".join(one.id for one in tries)
