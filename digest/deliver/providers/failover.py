"""A provider made of providers: whom one refuses for sure, the next may take.

    failover(sendgrid:// smtp://user:password@host:587)         asked in this order

Passed on, within the same call and its deadline: who was refused for now, who was not tried, and
everyone whose call was refused for good because of the provider (a bad key). Never: who may have
been mailed, and who was refused by name. What every member refuses for good is the letter's fault.

A member that failed is skipped for a minute, then two, four … fifteen, so that not each call pays
its time-out; one that asked for time, as long as it asked. Are all skipped, the first is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from digest.clock import Clock, system_clock
from digest.deliver.provider import Call, Provider, Receipt
from digest.deliver.providers.rated import Rated, rate_of
from digest.deliver.providers.shares import Share, Told, merge, share
from digest.deliver.providers.urls import ProviderUrl, open_provider
from digest.errors import ConfigError

_FIRST_SKIP, _LONGEST_SKIP = 60.0, 900.0
"""Seconds; doubled with each failure in a row."""
_ENOUGH = 15.0
"""Seconds that must be left to ask another: one asked too late would be skipped for it."""
_LEAST_WAIT = 1.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a member has earned by its last answers."""

    failures: int = 0
    """In a row."""
    until: datetime | None = None
    """It is skipped until then."""

    def holds(self, now: datetime) -> bool:
        """Say whether the member is to be skipped."""
        return self.until is not None and now < self.until


def judge(before: Standing, receipt: Receipt, part: Share, now: datetime) -> Standing:
    """Say how a member stands after a receipt: refusing an address by name is no failure."""
    if receipt.retry_after is not None:
        return Standing(until=now + timedelta(seconds=receipt.retry_after))
    answered = part.accepted or part.refused
    if answered and not (part.unknown or receipt.permanent):
        return Standing()
    skip = min(_LONGEST_SKIP, _FIRST_SKIP * 2 ** min(before.failures, 8))
    return Standing(failures=before.failures + 1, until=now + timedelta(seconds=skip))


class Failover:
    """Several providers, asked one after the other; safe to share between threads."""

    name = "failover"

    def __init__(self, members: Sequence[Provider], *, clock: Clock = system_clock) -> None:
        self.capacity = min(member.capacity for member in members)
        self.workers = min(member.workers for member in members)
        # A call that is repeated could land at another member.
        self.idempotent = len(members) == 1 and members[0].idempotent
        self._members = tuple(members)
        self._standings = [Standing()] * len(members)
        self._clock = clock
        self._lock = Lock()

    @property
    def where(self) -> str:
        """Name them all."""
        return ", else ".join(f"{one.name} ({one.where})" for one in self._members)

    def deliver(self, call: Call) -> Receipt:
        """Ask one member after the other until nobody is left, and sum up."""
        told: list[Told] = []
        left = call
        for place in self._in_turn(call.deadline):
            told.append(self._ask(place, left))
            left = replace(call, to=tuple(to for to in left.to if to.id in told[-1].part.left))
            if not left.to:
                break
        unfit = len(told) == len(self._members) and all(one.in_vain_for_good for one in told)
        if unfit:
            self._pardon()
        ids = frozenset(to.id for to in left.to)
        return merge(told, ids, unfit=unfit, wait=self._wait(told))

    def close(self) -> None:
        """Close them all."""
        with ExitStack() as closing:
            for member in self._members:
                closing.callback(member.close)

    def _in_turn(self, deadline: datetime) -> Iterator[int]:
        """Give the members that may be asked while there is time; the first if none may be."""
        enough, asked = timedelta(), False
        for place, standing in enumerate(self._standings):
            now = self._clock()
            if deadline - now <= enough:
                return
            if not standing.holds(now):
                enough, asked = timedelta(seconds=_ENOUGH), True
                yield place
        if not asked:
            yield 0

    def _ask(self, place: int, call: Call) -> Told:
        member = self._members[place]
        receipt = member.deliver(call)
        part = share(receipt, frozenset(to.id for to in call.to))
        with self._lock:
            before = self._standings[place]
            self._standings[place] = judge(before, receipt, part, self._clock())
        return Told(name=receipt.provider or member.name, receipt=receipt, part=part)

    def _pardon(self) -> None:
        """Skip nobody: it was the letter."""
        with self._lock:
            self._standings = [Standing()] * len(self._members)

    def _wait(self, told: Sequence[Told]) -> float | None:
        """Give the seconds until the first may be asked again, if anybody asked for time."""
        if all(one.receipt.retry_after is None for one in told):
            return None
        untils = [one.until for one in self._standings if one.until is not None]
        if len(untils) < len(self._members):
            return None
        return max(_LEAST_WAIT, (min(untils) - self._clock()).total_seconds())


def open_failover(url: ProviderUrl, secrets: Mapping[str, str]) -> Provider:
    """Open from a URL: all members, or none. The slowest member's rate holds for the group.

    Raises:
        ConfigError: it names nobody, or a member can't be opened.
    """
    if not url.members:
        raise ConfigError(
            "DIGEST_PROVIDER_URL: write failover(sendgrid:// smtp://user:password@host:587)"
        )
    with ExitStack() as opened:
        members = []
        for text in url.members:
            members.append(open_provider(text, secrets=secrets))
            opened.callback(members[-1].close)
        opened.pop_all()
    group, rates = Failover(members), [rate for one in members if (rate := rate_of(one))]
    return Rated(provider=group, rate=min(rates)) if rates else group
