"""Is everything in place to send? One finding a line."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from digest.app import open_database, provider_of, signer_for, templates_of
from digest.cli.output import counted
from digest.cli.paces import newsletter_words, plan_words, struck_in_quiet
from digest.cli.upcoming import without_own_draft
from digest.compose.brand import read_brand
from digest.compose.preflight.finding import Severity
from digest.config import Settings
from digest.deliver.providers.rated import rate_of
from digest.deliver.providers.sendgrid_events import Seal
from digest.errors import ConfigError, DigestError, ScheduleError
from digest.pipeline.demo import is_made_up
from digest.pipeline.linting import Pages, lint
from digest.pipeline.outside import Outside
from digest.pipeline.preflight import MAIL_NOBODY, sender_findings
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from digest.schedule.values import Approval, Schedule
from digest.web.given import GIVEN, UNGUARDED
from subscribers import lists, segments
from subscribers.database import Database
from subscribers.errors import UnknownSegment

_ALSO_WORDS = (
    "un une eu us it is as or on ou au du en et il la le ma me ne ni nu sa se si ta te tu va vu no"
    " so to up we he am an at by do go if in my of who est car mais son sud part ans and the for"
)
"""Short words of French and English that would be found in nearly every article."""


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    level: Level
    about: str
    """`schedule`, `database`, `provider`, `dkim`, `events`, `templates`, `site`, `sender`, `list`,
    `segment`, `warm-up`."""
    words: str


def findings(settings: Settings, now: datetime, outside: Outside | None = None) -> list[Finding]:
    """Look at the file, the database, the provider, templates, address, sender and lists.

    Without `outside` nobody beyond this machine is asked.
    """
    schedule, found = _schedule(settings.schedule)
    sender = schedule.site.sender.address if schedule else ""
    found += _provider(settings, sender)
    found += _dkim(settings, sender)
    found += _events(settings)
    found += _templates(settings)
    database, about_database = _database(settings)
    found += about_database
    if schedule is not None:
        found += _plans(schedule, now)
        found += _ambiguous(schedule)
        found += _folders(schedule, settings.schedule.resolve().parent)
        found += _site(schedule, settings)
        found += _sender(schedule, settings, outside)
    if schedule is not None and database is not None:
        with closing(database):
            found += _lists(schedule, database)
            found += _segments(schedule, database)
            found += _warm_up(schedule, database, now)
    return found


def _schedule(path: Path) -> tuple[Schedule | None, list[Finding]]:
    try:
        schedule = read_schedule(path)
    except ScheduleError as error:
        return None, [_error("schedule", str(problem)) for problem in error.problems]
    except ConfigError as error:
        return None, [_error("schedule", str(error))]
    parts = {"source": schedule.sources, "theme": schedule.themes}
    counts = [counted(len(part), one) for one, part in parts.items()]
    counts.append(counted(len(schedule.newsletters), "newsletter"))
    return schedule, [_ok("schedule", f"{path}: {', '.join(counts)}")]


def _plans(schedule: Schedule, now: datetime) -> Iterator[Finding]:
    for name, plan in schedule.newsletters.items():
        if undrafted := without_own_draft(name, plan, now):
            yield _warn("schedule", undrafted)
        if late := struck_in_quiet(name, plan, now):
            yield _warn("schedule", late)
        for words in newsletter_words(name, plan):
            yield _ok("schedule", words)
        if plan.approval is Approval.REQUIRED and not plan.editors:
            yield _warn("schedule", f"{name} waits for approval but tells nobody: add `editors:`")
    used = {theme for plan in schedule.newsletters.values() for theme in plan.sections}
    for theme in sorted(set(schedule.themes) - used):
        yield _warn("schedule", f"theme '{theme}' is a section of no newsletter")
    if schedule.site.sender.address.endswith(("@example.org", "@example.com")):
        address = schedule.site.sender.address
        yield _warn("schedule", f"the sender {address} is the sample's: write your own address")


def _ambiguous(schedule: Schedule) -> Iterator[Finding]:
    words = [alias for group in schedule.aliases for alias in group]
    words += [word for theme in schedule.themes.values() for word in theme.keywords]
    for word in sorted({word for word in words if word.casefold() in _ALSO_WORDS.split()}):
        yield _warn("schedule", f"{word!r} is also a word, and capitals don't count: take it out")


def _folders(schedule: Schedule, root: Path) -> Iterator[Finding]:
    for source in schedule.sources:
        if source.folder and not (root / source.folder).is_dir():
            yield _warn("schedule", f"source '{source.name}': there is no folder {source.folder}")


def _site(schedule: Schedule, settings: Settings) -> Iterator[Finding]:
    url = settings.site_url or schedule.site.url
    parts = urlsplit(url)
    scheme = urlsplit(settings.provider_url).scheme
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme == "https" and not local:
        yield _ok("site", url)
    elif scheme in MAIL_NOBODY:
        yield _ok("site", f"{url}: good for trying; readers need https and a public name")
    else:
        yield _error("site", f"{url}: one-click unsubscribing needs https and a public name")


def _sender(schedule: Schedule, settings: Settings, outside: Outside | None) -> Iterator[Finding]:
    """Look up the domain that mail comes from, once mail goes to people."""
    if outside is None or urlsplit(settings.provider_url).scheme in MAIL_NOBODY:
        return
    for one in sender_findings(schedule.site.sender.address, outside):
        fine = one.severity is Severity.NOTE
        yield (_ok if fine else _warn)("sender", f"{one.where}: {one.what}: {one.cure}")


def _provider(settings: Settings, sender: str) -> list[Finding]:
    try:
        with closing(provider_of(settings, sender)()) as provider:
            name, rate = provider.name, rate_of(provider)
    except DigestError as error:
        return [_error("provider", str(error))]
    words = f"{name}: nobody is mailed" if name in MAIL_NOBODY else name
    paced = f", {rate:g} recipients/s for all machines together" if rate else ""
    return [_ok("provider", words + paced)]


def _dkim(settings: Settings, sender: str) -> Iterator[Finding]:
    """Say who signs, and which record receivers will look for; whether it is there is not asked."""
    relayed = re.search("smtps?://", settings.provider_url) is not None
    try:
        signer = signer_for(settings, sender)
    except ConfigError as error:
        yield _error("dkim", str(error))
        return
    if signer is None and relayed:
        yield _ok("dkim", "digest does not sign, so the relay must: or `digest dkim new`")
    if signer is None:
        return
    if not relayed and not settings.provider_url.startswith("outbox:"):
        yield _ok("dkim", "the provider signs by itself; DIGEST_DKIM_KEY is for smtp:// alone")
        return
    key, record = signer.key, signer.record(sender)
    words = f"mail is signed as {signer.domain(sender)}, {key.algorithm}, {key.bits} bits"
    if key.algorithm.startswith("rsa") and key.bits < 2048:
        yield _warn("dkim", f"{words}: receivers ask for 2048 (RFC 8301); `digest dkim new`")
    else:
        yield _ok("dkim", words)
    yield _ok("dkim", f'the DNS must have: {record.name} TXT "{record.text}"')


def _events(settings: Settings) -> Iterator[Finding]:
    """Look whether the provider's events, which settle what is in doubt, can be verified."""
    if urlsplit(settings.provider_url).scheme != "sendgrid" and not settings.sendgrid_webhook_key:
        return
    if not settings.sendgrid_webhook_key:
        yield _warn("events", "SENDGRID_WEBHOOK_KEY is not set: what is in doubt waits for you")
        return
    try:
        Seal(settings.sendgrid_webhook_key)
    except ConfigError as error:
        yield _error("events", str(error))
    else:
        yield _ok("events", "SendGrid posts them to /events/sendgrid")


def _templates(settings: Settings) -> Iterator[Finding]:
    """Look the newsroom's own templates over; those that come with digest are tested with it."""
    folder = templates_of(settings)
    if folder.resolve() == shipped("templates").resolve():
        yield _ok("templates", "those that come with digest")
        return
    try:
        read_brand(folder / "brand.yaml")
    except ConfigError as error:
        yield _error("templates", str(error))
    found = lint(folder, Pages(given=GIVEN, unguarded=UNGUARDED))
    for fault in found:
        yield (_warn if fault.warning else _error)("templates", str(fault))
    if not found:
        yield _ok("templates", f"{folder}: work on samples, in each language")


def _database(settings: Settings) -> tuple[Database | None, list[Finding]]:
    try:
        database = open_database(settings)
    except DigestError as error:
        return None, [_error("database", str(error))]
    return database, [_ok("database", f"{database.engine.dialect.name}, of this version")]


def _lists(schedule: Schedule, database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        sizes = {size.name: size for size in lists.sizes(connection)}
    for name in sorted({plan.list for plan in schedule.newsletters.values()}):
        if name in sizes and sizes[name].archived_at:
            yield _error("list", f"'{name}' was archived: `digest lists archive {name} --undo`")
        elif name not in sizes:
            yield _warn("list", f"'{name}' is not there yet: `digest subscribers import` makes it")
        elif not sizes[name].confirmed:
            yield _warn("list", f"'{name}' has no confirmed readers")
        elif invented := _made_up(database, name):
            words = f"'{name}' has {counted(invented, 'made-up reader')}, as of `digest demo`"
            yield _warn("list", f"{words}: real ones need a fresh database")
        else:
            yield _ok("list", f"'{name}' has {counted(sizes[name].confirmed, 'confirmed reader')}")


def _segments(schedule: Schedule, database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        for name, plan in schedule.newsletters.items():
            if not plan.segment:
                continue
            try:
                segments.find(connection, plan.segment)
                yield _ok("segment", f"new drafts of {name} go to segment '{plan.segment}'")
            except UnknownSegment as unknown:
                yield _error("segment", f"newsletters.{name}.segment: {unknown}")


def _warm_up(schedule: Schedule, database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        longest = max((size.confirmed for size in lists.sizes(connection)), default=0)
    if words := plan_words(schedule, now, longest):
        yield _ok("warm-up", words)


def _made_up(database: Database, name: str) -> int:
    with database.read() as connection:
        return sum(is_made_up(reader.address) for reader in lists.readers(connection, name))


def _ok(about: str, words: str) -> Finding:
    return Finding(level=Level.OK, about=about, words=words)


def _warn(about: str, words: str) -> Finding:
    return Finding(level=Level.WARN, about=about, words=words)


def _error(about: str, words: str) -> Finding:
    return Finding(level=Level.ERROR, about=about, words=words)
