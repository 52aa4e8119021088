"""Does an issue's ledger add up? Recounted from its rows, whatever the usual counting says.

Each check names the batches at fault. A million recipients are a bit each in memory.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from digest.deliver.fates import RecipientFate, fate_by_skip, fate_in
from digest.errors import ConflictError
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.findings import OF_A_BATCH, Evidence, Fault, state_of
from digest.pipeline.newsroom import Newsroom
from digest.storage import editions, issues, recounts, tallies
from digest.storage.recounts import Entry

_SHOWN = 20
"""Faults told of a check, of however many."""
_PAGE = 1 << 16
_BEGUN = (IssueState.SENDING, IssueState.SENT)

PLANNED = "somebody was planned"
NUMBERED = "batches are numbered from 1 without a gap"
ONE_BATCH = "every recipient stands in exactly one batch"
ATTACHED = "every attempt and skip has its batch"
ADDS_UP = "planned is the sum of all fates"
AGREES = "digest status counts the same"


@dataclass(kw_only=True)
class Check:
    """One thing that must hold, and where it does not."""

    name: str
    faults: int = 0
    batches: list[int] = field(default_factory=list)
    """Those at fault, the first of them."""
    examples: list[str] = field(default_factory=list)
    """The first faults, in words."""

    def note(self, fault: Fault) -> None:
        """Add a fault."""
        self.faults += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(fault.what)
            self.batches.extend(one for one in fault.batches if one not in self.batches)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a recount of an issue's ledger found."""

    issue_id: int
    name: str
    state: IssueState
    sound: bool
    batches: int
    recount: Tally
    checks: tuple[Check, ...]


def verify(newsroom: Newsroom, issue_id: int) -> Verification:
    """Recount an issue's ledger on one snapshot, also while it is being sent.

    Raises:
        ConflictError: it was never planned: there is nothing to recount.
    """
    with newsroom.database.read() as connection:
        issue = issues.issue(connection, issue_id)
        return _Recount(connection, issue).taken()


class _Recount:
    """One walk through an issue's batches, and what it meets."""

    def __init__(self, connection: Connection, issue: Issue) -> None:
        self._connection = connection
        self._issue = issue
        self._evidence = Evidence(
            editions=frozenset(one.id for one in editions.of_issue(connection, issue.id)),
            suppressed=recounts.suppressed(connection),
        )
        self._checks: dict[str, Check] = {}
        self._fates: Counter[RecipientFate] = Counter()
        self._planned = 0
        self._batches = 0
        self._seen = Seen()
        self._twice: set[int] = set()
        for name in (PLANNED, NUMBERED, ONE_BATCH, ATTACHED, *OF_A_BATCH, ADDS_UP, AGREES):
            self._checks[name] = Check(name=name)

    def taken(self) -> Verification:
        """Walk once, judge, and say what was found."""
        with recounts.entries(self._connection, self._issue.id) as entries:
            for entry in entries:
                self._meet(entry)
        self._look_for_nobody()
        self._look_for_strays()
        self._look_for_twins()
        self._compare()
        return Verification(
            issue_id=self._issue.id,
            name=issues.named(self._issue),
            state=self._issue.state,
            sound=not any(check.faults for check in self._checks.values()),
            batches=self._batches,
            recount=self._recounted(),
            checks=tuple(self._checks.values()),
        )

    def _meet(self, entry: Entry) -> None:
        self._batches += 1
        if entry.seq != self._batches:
            self._fault(NUMBERED, f"is number {entry.seq}, not {self._batches}", entry.batch_id)
        for name, find in OF_A_BATCH.items():
            for what in find(entry, self._evidence):
                self._fault(name, what, entry.batch_id)
        self._twice.update(self._seen.again(entry.recipient_ids))
        self._planned += len(entry.recipient_ids)
        self._fates.update(fates_of(entry))

    def _look_for_nobody(self) -> None:
        if self._batches:
            return
        if self._issue.state not in _BEGUN:
            raise ConflictError(
                f"issue {issues.named(self._issue)} is {self._issue.state}: nobody was planned yet,"
                " there is nothing to verify"
            )
        self._checks[PLANNED].note(Fault(f"it is {self._issue.state} without a batch"))

    def _look_for_strays(self) -> None:
        for batch_id in recounts.strays(self._connection):
            self._fault(ATTACHED, "is told of and not there", batch_id)

    def _look_for_twins(self) -> None:
        """Walk again only when somebody was met twice: then to name every batch they stand in."""
        if not self._twice:
            return
        places: defaultdict[int, list[int]] = defaultdict(list)
        with recounts.entries(self._connection, self._issue.id) as entries:
            for entry in entries:
                for reader in filter(self._twice.__contains__, entry.recipient_ids):
                    places[reader].append(entry.batch_id)
        for reader, held in sorted(places.items()):
            where = ", ".join(map(str, held))
            self._checks[ONE_BATCH].note(
                Fault(f"recipient {reader} stands in batches {where}", *held)
            )

    def _compare(self) -> None:
        total = self._fates.total()
        if total != self._planned:
            what = f"{self._planned} were planned, the fates make {total}"
            self._checks[ADDS_UP].note(Fault(what))
        told, recounted = self._told(), self._recounted()
        if told != recounted:
            self._checks[AGREES].note(Fault(f"it says {told}, the rows say {recounted}"))

    def _told(self) -> Tally | None:
        try:
            return tallies.tally(self._connection, self._issue.id)
        except ValueError:  # a state that there is not: told by a check of its own
            return None

    def _recounted(self) -> Tally:
        fates = {fate.replace(" ", "_"): number for fate, number in self._fates.items()}
        return Tally(planned=self._planned, **fates)

    def _fault(self, name: str, what: str, batch_id: int) -> None:
        self._checks[name].note(Fault(f"batch {batch_id} {what}", batch_id))


def fates_of(entry: Entry) -> Counter[RecipientFate]:
    """Count a batch's recipients by fate; those of an unknown state by none."""
    planned = frozenset(entry.recipient_ids)
    told = [fate_by_skip(skip.reason)[0] for skip in entry.skips if skip.subscriber_id in planned]
    fates = Counter(told)
    state = state_of(entry)
    if state is not None:
        fates[fate_in(state)] += len(entry.recipient_ids) - len(told)
    return fates


class Seen:
    """Ids met so far: a bit each, in pages of 8 kB that are made when one is needed."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def again(self, ids: Iterable[int]) -> list[int]:
        """Take ids in; give those that were there already."""
        pages, twice = self._pages, []
        for id_ in ids:
            number, place = divmod(id_, _PAGE)
            if (page := pages.get(number)) is None:
                page = pages[number] = bytearray(_PAGE // 8)
            byte, bit = place >> 3, 1 << (place & 7)
            if page[byte] & bit:
                twice.append(id_)
            page[byte] |= bit
        return twice
