"""Which sources on the web are asked now, by whom, and when is what they said saved?

One window slides over all of them: no slow source holds the others up. Hosts are claimed some at a
time, and the states of their sources are read again under the claim, so that nobody asks what
another worker just asked. What was read is stored a few at a time, what gave nothing new is saved
many at a time.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, islice, zip_longest
from typing import Generic, Protocol, TypeVar

import structlog

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.hosts import server_of
from digest.collect.waits import NEVER, fresh
from digest.collect.worker import cores
from digest.model.source import SourceState
from digest.pipeline.asking import Means, Turn, in_order
from digest.pipeline.claiming import PAUSE, TRIES
from digest.pipeline.guarding import guarded, noted
from digest.pipeline.occasions import Occasion, is_due
from digest.pipeline.receiving import Desk, SourceReport
from digest.pipeline.turns import short_turns
from digest.schedule.values import Source
from digest.storage.sources import save_source_states, source_states, states_of

_HOSTS = 100  # claimed at a time
_SAVED = 200  # states of one transaction, at most
_READERS = 2 * cores()
"""Threads that wait for workers: while one's answer is parsed, another's is compared."""
_READ_AHEAD = 4 * _READERS
"""Answers that are read, or wait for it, while some before them are stored."""
_TOGETHER = min(_READ_AHEAD // 2, 16)
"""Answers that are stored in one transaction, while the others are read: in one of its own each
would wait for the disk, and take as many statements as all of them do. No more of them, for others
wait to write meanwhile."""
_SIGN_OF_LIFE = 10.0  # seconds of waiting for a reader after which the claims are renewed
_ELSEWHERE = "another run asks its host now"

log = structlog.wrap_logger(logging.getLogger("digest.collect"))

Read = TypeVar("Read")
"""What a kind of source makes of an answer."""


class Manner(Protocol[Read]):
    """What a source's kind decides: its request, and what becomes of its answer."""

    def request(self, source: Source, state: SourceState) -> Request:
        """Give what to ask."""

    def at_a_glance(
        self, source: Source, state: SourceState, answer: Answer
    ) -> tuple[SourceState, SourceReport] | None:
        """Give how a source stands after an answer without a body to be read; None: read it."""

    def read(self, source: Source, state: SourceState, answer: Answer) -> Read:
        """Read an answer, in a thread of its own."""

    def store(self, read: Sequence[Read]) -> Sequence[SourceReport]:
        """Store what was read in some answers and how their sources stand, all or nothing."""


class Poll(Generic[Read]):
    """One run's asking."""

    def __init__(self, desk: Desk, manner: Manner[Read], outside: Means) -> None:
        self._desk, self._manner, self._stream = desk, manner, outside.stream
        self._claims, self._book = outside.claims, outside.book
        self._known: dict[str, datetime | None] = {}
        """When each source had been asked before this run."""
        self._open: Counter[str] = Counter()
        """How many answers of a claimed host are to come."""
        self._done: list[str] = []
        self._unsaved: list[SourceState] = []
        self._contested: list[Source] = []
        self._passed: list[SourceReport] = []
        self._silent: list[tuple[Turn, Answer]] = []
        self._heard = False
        self._places = 0
        self._being_read: deque[tuple[Turn, Future[Read]]] = deque()

    def reports(self, sources: Sequence[Source], occasion: Occasion) -> Iterator[SourceReport]:
        """Ask the sources that are due; wait a minute for hosts that other runs are asking."""
        waiting = sources
        with self._reading():
            for _ in range(TRIES):
                self._contested = []
                yield from self._round(waiting, occasion)
                waiting = self._contested
                if not waiting or self._desk.newsroom.stopping.wait(PAUSE):
                    break
        yield from (SourceReport(source=source.name, notes=(_ELSEWHERE,)) for source in waiting)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Have threads that read; what still waits for one when a run fails is never read."""
        readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reading")
        with short_turns(), readers as self._threads:
            try:
                yield
            finally:
                self._threads.shutdown(wait=False, cancel_futures=True)

    def _round(self, sources: Sequence[Source], occasion: Occasion) -> Iterator[SourceReport]:
        with self._desk.newsroom.database.read() as connection:
            states = source_states(connection)
        due: dict[str, list[Turn]] = {}
        for source in sources:
            turn = self._turn(source, states)
            if self._is_meanwhile(turn.state):
                yield _asked_elsewhere(turn.state)
            elif is_due(turn.state, self._desk.now, occasion):
                due.setdefault(turn.host, []).append(turn)
            else:
                yield _not_yet(turn.state)
        for turn, answer in in_order(self._stream(self._claimed(due)), self._places):
            self._claims.renew()
            yield from self._heard_of(turn, answer)
        yield from self._unheard()
        yield from self._read_through(0)
        self._save()
        yield from self._passed
        self._passed = []

    def _turn(self, source: Source, states: Mapping[str, SourceState]) -> Turn:
        known = states.get(source.name, SourceState(name=source.name))
        state = fresh(known, source.remembered_as)
        host = server_of(self._manner.request(source, state).url)
        return Turn(source=source, state=state, host=host)

    def _is_meanwhile(self, state: SourceState) -> bool:
        """Tell whether somebody asked a source since this run first looked at it."""
        return self._known.setdefault(state.name, state.checked_at) != state.checked_at

    def _claimed(self, due: Mapping[str, list[Turn]]) -> Iterator[tuple[Turn, Request]]:
        """Claim hosts as their turn comes; give what to ask of them, no host twice in a row."""
        hosts = iter(due)
        while chunk := list(islice(hosts, _HOSTS)):
            if self._desk.newsroom.stopping.is_set():
                self._contested += [turn.source for host in chunk for turn in due[host]]
                continue
            won = self._claim({host: due[host] for host in chunk})
            for turn in chain.from_iterable(zip_longest(*won.values())):
                if turn is not None:
                    asked = replace(turn, place=self._places)
                    self._places += 1
                    yield asked, self._manner.request(turn.source, turn.state)

    def _claim(self, wanted: Mapping[str, list[Turn]]) -> dict[str, list[Turn]]:
        """Claim hosts; give what is still to be asked of those that were free."""
        with self._desk.newsroom.database.write() as connection:
            free = self._claims.take(connection, wanted)
            names = [turn.source.name for host in free for turn in wanted[host]]
            states = states_of(connection, names)
            won = {
                host: [self._turn(turn.source, states) for turn in turns]
                for host, turns in wanted.items()
                if host in free
            }
            self._book.look_up(connection, _urls(self._manner, won))
        self._contested += [
            turn.source for host, turns in wanted.items() if host not in free for turn in turns
        ]
        return {host: self._still(host, turns) for host, turns in won.items()}

    def _still(self, host: str, turns: Iterable[Turn]) -> list[Turn]:
        """Leave out what was asked meanwhile, or moved to a host that we did not claim."""
        asked = []
        for turn in turns:
            if self._is_meanwhile(turn.state):
                self._passed.append(_asked_elsewhere(turn.state))
            elif turn.host == host:
                asked.append(turn)
            else:
                self._contested.append(turn.source)
        self._open[host] += len(asked)
        if not asked:
            self._done.append(host)
        return asked

    def _heard_of(self, turn: Turn, answer: Answer) -> Iterator[SourceReport]:
        """Take an answer; what nobody answered at all waits until somebody is heard."""
        if not answer.heard and not self._heard:
            self._silent.append((turn, answer))
            return
        if answer.verdict is not Verdict.LEFT:  # then nobody was asked, so nobody was heard
            self._heard = True
            for one in self._silent:
                yield from self._take(*one)
            self._silent = []
        yield from self._take(turn, answer)

    def _unheard(self) -> Iterator[SourceReport]:
        """Take what was left when nobody answered: then it is our line, and no source's fault.

        Each waits the first pause again, not a longer one.
        """
        offline = len(self._silent) > 1
        for turn, answer in self._silent:
            state = replace(turn.state, failures=0) if offline else turn.state
            yield from self._take(replace(turn, state=state), answer)
        self._silent = []

    def _take(self, turn: Turn, answer: Answer) -> Iterator[SourceReport]:
        """Note what is seen at a glance; have the rest read, while what was read is stored."""
        if answer.verdict is Verdict.LEFT:
            if answer.closed:  # no failure of the source's, but why it is silent
                self._unsaved.append(replace(turn.state, error=answer.error))
            self._end(turn)
            yield SourceReport(source=turn.source.name, notes=(answer.error,))
        elif seen := self._manner.at_a_glance(turn.source, turn.state, answer):
            state, report = seen
            self._unsaved.append(state)
            self._end(turn)
            yield report
        else:
            read = self._threads.submit(self._manner.read, turn.source, turn.state, answer)
            self._being_read.append((turn, read))
            yield from self._read_through(_READ_AHEAD)

    def _read_through(self, ahead: int) -> Iterator[SourceReport]:
        """Store what was read, some at a time in its order, as long as more are being read.

        Which are stored together does not depend on how fast they were read.
        """
        while len(self._being_read) > ahead:
            some = min(_TOGETHER, len(self._being_read))
            first = [self._being_read.popleft() for _ in range(some)]
            while wait([read for _, read in first], timeout=_SIGN_OF_LIFE).not_done:
                self._claims.renew()
            reports = self._stored(first)
            for turn, _ in first:
                self._end(turn)
            yield from reports

    def _stored(self, read: Sequence[tuple[Turn, Future[Read]]]) -> list[SourceReport]:
        """Store what was read; where that fails, each by itself, since one may be at fault."""
        try:
            reports = self._manner.store([one.result() for _, one in read])
            return [noted(report) for report in reports]
        except Exception as error:  # if none is, nothing else tells of it
            log.warning("stored one by one", sources=len(read), error=type(error).__name__)
        return [guarded(turn.source.name, partial(self._alone, one)) for turn, one in read]

    def _alone(self, read: Future[Read]) -> SourceReport:
        (report,) = self._manner.store([read.result()])
        return report

    def _end(self, turn: Turn) -> None:
        self._open[turn.host] -= 1
        if not self._open[turn.host]:
            del self._open[turn.host]
            self._done.append(turn.host)
        if len(self._unsaved) >= _SAVED or len(self._done) >= _HOSTS:
            self._save()

    def _save(self) -> None:
        with self._desk.newsroom.database.write() as connection:
            save_source_states(connection, self._unsaved)
            self._book.save(connection)
            self._claims.give_back(connection, self._done)
        self._unsaved, self._done = [], []


def _not_yet(state: SourceState) -> SourceReport:
    if state.not_before == NEVER:
        return SourceReport(source=state.name, error=state.error)
    when = max(filter(None, (state.not_before, state.due_at)))
    note = f"not due before {when:%Y-%m-%d %H:%M} UTC"
    return SourceReport(source=state.name, notes=(note,), error=state.error)


def _asked_elsewhere(state: SourceState) -> SourceReport:
    return SourceReport(source=state.name, notes=("another run asked it",), error=state.error)


def _urls(manner: Manner[Read], won: Mapping[str, Iterable[Turn]]) -> list[str]:
    turns = chain.from_iterable(won.values())
    return [manner.request(turn.source, turn.state).url for turn in turns]
