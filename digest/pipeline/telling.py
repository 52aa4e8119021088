"""What is told of each batch, to the log and to the meters? Everything but who its readers are."""

import logging
import re
import time
from collections.abc import Iterable

import structlog

from digest.deliver.provider import Call, Personal, Receipt
from digest.model.delivery import Batch, Outcome, Settlement
from digest.pipeline.rounds import Round
from digest.storage.issues import named

log = structlog.wrap_logger(logging.getLogger("digest.sending"))

_ADDRESS = re.compile(r"\S*(?:@|＠|%40|=40|&#0*64;|&#x0*40;|&commat;)\S*", re.IGNORECASE)
_WORD = re.compile(r"\w{2,}")
_HIDDEN = "…"
_LONGEST = 500
"""Characters of a provider's words; all of them are kept in the ledger."""


class Laps:
    """A stop-watch: how long did each step take?"""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def end(self, step: str) -> None:
        """End a step; the next begins."""
        now = time.perf_counter()
        self.seconds[step] = now - self._began
        self._began = now


def tell_untried(round_: Round, batch: Batch, laps: Laps) -> None:
    """Log a batch that no call was made for."""
    log.info("batch", **_named(round_, batch), outcome="not called", **_milliseconds(laps))


def tell_called(
    round_: Round,
    batch: Batch,
    *,
    call: Call,
    receipt: Receipt,
    settlement: Settlement,
    laps: Laps,
) -> None:
    """Log a call and what came of it, and count it."""
    first = settlement.fates[0]
    taken = (f for f in settlement.fates if f.outcome is Outcome.ACCEPTED)
    sent = sum(len(fate.recipient_ids) for fate in taken)
    provider = round_.provider.name
    round_.newsroom.meters.note(provider, receipt.outcome, seconds=laps.seconds["call"], sent=sent)
    words = "" if receipt.outcome is Outcome.ACCEPTED else nameless(receipt.detail, call.to)
    log.info(
        "batch",
        **_named(round_, batch),
        provider=provider,
        recipients=len(call.to),
        skipped=len(batch.recipient_ids) - len(call.to),
        outcome=receipt.outcome.value,
        sent=sent,
        refused=len(settlement.refused),
        state=first.state.value,
        parts=len(settlement.fates),
        tries=first.tries,
        words=words,
        **_milliseconds(laps),
    )


def nameless(words: str, readers: Iterable[Personal]) -> str:
    """Take addresses, in whatever spelling, and readers' names out of a provider's words."""
    if not words:
        return ""
    names = {part.casefold() for one in readers for part in _WORD.findall(one.name)}
    bare = _ADDRESS.sub(_HIDDEN, words)
    return _WORD.sub(lambda word: _HIDDEN if word[0].casefold() in names else word[0], bare)[
        :_LONGEST
    ]


def _named(round_: Round, batch: Batch) -> dict[str, object]:
    return {
        "issue": named(round_.issue),
        "batch": batch.id,
        "seq": batch.seq,
        "attempt": batch.attempt_id,
    }


def _milliseconds(laps: Laps) -> dict[str, float]:
    return {f"{step}_ms": round(seconds * 1000, 1) for step, seconds in laps.seconds.items()}
