"""Which implementations does this installation run with? The only place that chooses them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from digest.clock import Clock, system_clock
from digest.config import VAR, Settings, read_settings
from digest.deliver.provider import Provider
from digest.deliver.providers.urls import open_provider
from digest.engine.jobs import Engine
from digest.engine.local import LocalEngine
from digest.errors import ConfigError, StorageError
from digest.group.meaning import sentence_encoder
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from digest.pipeline.upgrading import Part, bring_up, refuse_lacking
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from digest.storage.migrating import HEAD, revision, upgrade
from digest.storage.moved import version
from subscribers.database import Database
from subscribers.suppressions import fits

if TYPE_CHECKING:
    from digest.deliver.dkim import Signer
    from digest.group.retelling import Summariser


def open_newsroom(settings: Settings | None = None) -> Newsroom:
    """Open everything that `schedule.yaml` and the environment name.

    Raises:
        ConfigError: a setting or the schedule is wrong.
        StorageError: the database can't be opened.
    """
    settings = settings or read_settings()
    schedule = read_schedule(settings.schedule)
    return Newsroom(
        schedule=schedule,
        root=settings.schedule.resolve().parent,
        database=open_database(settings),
        clock=system_clock,
        secret_key=settings.secret_key,
        site_url=settings.site_url or schedule.site.url.rstrip("/"),
        templates=templates_of(settings),
        provider=provider_of(settings, schedule.site.sender.address),
        event_keys=event_keys_of(settings),
        encoder=sentence_encoder() if settings.semantic else None,
        summariser=summariser_of(settings),
        models=VAR / "models" / "themes",
        metrics_token=settings.metrics_token,
        mailbox_passwords=settings.mailbox_passwords,
        outside=outside_of(),
    )


def parts_of(url: str) -> tuple[Part, ...]:
    """Give what has to stand in a database: `digest migrate` adds it, in this order.

    Raises:
        ConfigError: PostgreSQL's queue needs packages that are not installed.
    """
    tables = Part(name="tables", needed=HEAD, found=revision, add=upgrade)
    if not _is_shared(url):
        return (tables,)
    try:
        from digest.engine.procrastinate import SCHEMA, found_queue
    except ImportError as missing:
        raise _without_scale(missing) from missing
    return tables, Part(name="queue", needed=SCHEMA, found=found_queue, add=_add_queue)


def open_database(settings: Settings) -> Database:
    """Open the database, of this code's version.

    An SQLite file is brought to it here. A PostgreSQL may be several machines': when it is upgraded
    is somebody's decision, `digest migrate`.

    Raises:
        StorageError: as `connect`; or it is newer than this code, was moved, or lacks something.
    """
    database = connect(settings.database_url)
    parts = parts_of(settings.database_url)
    if database.engine.dialect.name == "sqlite":
        bring_up(database, parts)
    refuse_lacking(database, parts)
    return database


def connect(url: str, *, told: str = "DIGEST_DATABASE_URL") -> Database:
    """Open a database of whatever version, an empty or a moved one too; `told` is who named it.

    Raises:
        StorageError: its URL is wrong, its driver is missing, it does not answer, or it is no
            database of ours.
    """
    try:
        database = Database(url)
        with database.read() as connection:
            version(connection)
    except (SQLAlchemyError, ImportError, OSError) as failure:
        if isinstance(failure, ImportError) and _is_shared(url):
            raise _without_scale(failure) from failure
        reason = getattr(failure, "orig", None) or failure
        raise StorageError(f"the database can't be opened: {reason}: look at {told}") from failure
    return database


def open_engine(settings: Settings, clock: Clock, *, threads: int = 4) -> Engine:
    """Choose what runs jobs: on PostgreSQL a queue that machines share, else our own threads.

    Raises:
        ConfigError: PostgreSQL's queue needs packages that are not installed.
        StorageError: the server does not answer.
    """
    if not _is_shared(settings.database_url):
        return LocalEngine(clock, threads=threads)
    try:
        import psycopg

        from digest.engine.procrastinate import ProcrastinateEngine
    except ImportError as missing:
        raise _without_scale(missing) from missing
    try:
        return ProcrastinateEngine(settings.database_url, threads=threads)
    except psycopg.Error as failure:
        raise StorageError(
            f"the queue can't be opened: {failure}: look at DIGEST_DATABASE_URL"
        ) from failure


def _add_queue(database: Database) -> None:
    import psycopg

    from digest.engine.procrastinate import prepare_queue

    try:
        prepare_queue(database.url)
    except psycopg.Error as failure:
        raise StorageError(
            f"the queue can't be made: {failure}: may the user of DIGEST_DATABASE_URL create"
            " schemas?"
        ) from failure


def open_shared_newsroom(settings: Settings) -> Newsroom:
    """Open what one worker of many works on.

    Raises:
        ConfigError: there can only be one, or this machine has another key than the others.
    """
    if not _is_shared(settings.database_url):
        raise ConfigError(
            "`digest worker` needs a database that machines can share: let DIGEST_DATABASE_URL be"
            " postgresql://…; with SQLite `digest serve` does all of it on one machine"
        )
    newsroom = open_newsroom(settings)
    with newsroom.database.read() as connection:
        if not fits(connection, settings.secret_key):
            raise ConfigError(
                "DIGEST_SECRET_KEY is not the one that the readers were enrolled with: links in"
                " this machine's mails would be dead; give all machines the same"
            )
    return newsroom


def _is_shared(url: str) -> bool:
    return url.startswith(("postgresql", "postgres:"))


def _without_scale(missing: ImportError) -> ConfigError:
    return ConfigError(
        f"PostgreSQL needs more packages ({missing}): `pip install digest[scale]`, or let"
        " DIGEST_DATABASE_URL be sqlite:///…"
    )


def provider_of(settings: Settings, sender: str) -> Callable[[], Provider]:
    """Give what opens the provider: only a command that mails needs its URL to be right.

    Mail is signed for `sender`, or it is not sent.
    """

    def opened() -> Provider:
        signer_for(settings, sender)
        return open_provider(settings.provider_url, secrets=settings.provider_secrets)

    return opened


def signer_for(settings: Settings, sender: str) -> "Signer | None":
    """Give what signs mail from an address through a relay; None: digest does not.

    Raises:
        ConfigError: the key or its name is unusable, or not this sender's.
    """
    if not settings.dkim_key:
        return None
    from digest.deliver.dkim import signer_of

    signer = signer_of(settings.provider_secrets)
    if signer is not None:
        signer.record(sender)
    return signer


def outside_of() -> Outside:
    """Give what preflight asks other people's servers with."""
    return Outside(memory=VAR / "preflight.json")


def summariser_of(settings: Settings) -> "Summariser | None":
    """Give the machine that writes summaries, where one is named."""
    if not settings.summaries_url:
        return None
    from digest.pipeline.machine import Machine

    return Machine(settings.summaries_url, settings.summaries_model, settings.summaries_key)


def event_keys_of(settings: Settings) -> dict[str, str]:
    """Give the keys that prove events to be a provider's own, of those whose events are heard."""
    keys = {"sendgrid": settings.sendgrid_webhook_key}
    return {provider: key for provider, key in keys.items() if key}


def templates_of(settings: Settings) -> Path:
    """Prefer the newsroom's own templates, beside its schedule.yaml."""
    own = settings.schedule.resolve().parent / "templates"
    return own if (own / "email").is_dir() else shipped("templates")
