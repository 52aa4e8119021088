"""Which implementations does this installation run with? The only place that chooses them."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from digest.clock import system_clock
from digest.config import Settings, read_settings
from digest.deliver.provider import Provider
from digest.deliver.providers.urls import open_provider
from digest.errors import StorageError
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.upgrading import Part, bring_up, refuse_lacking
from digest.resources import shipped
from digest.schedule.reading import read_schedule
from digest.storage.migrating import HEAD, revision, upgrade
from digest.storage.moved import version
from subscribers.database import Database


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
        templates=_templates(settings.schedule.resolve().parent),
        provider=provider_of(settings),
        event_keys=_event_keys(settings),
        metrics_token=settings.metrics_token,
    )


PARTS = (Part(name="tables", needed=HEAD, found=revision, add=upgrade),)
"""What has to stand in a database: `digest migrate` adds it, in this order."""


def open_database(settings: Settings) -> Database:
    """Open the database, of this code's version.

    An SQLite file is brought to it here. A PostgreSQL may be several machines': when it is upgraded
    is somebody's decision, `digest migrate`.

    Raises:
        StorageError: as `connect`; or it is newer than this code, was moved, or lacks something.
    """
    database = connect(settings.database_url)
    if database.engine.dialect.name == "sqlite":
        bring_up(database, PARTS)
    refuse_lacking(database, PARTS)
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
        reason = getattr(failure, "orig", None) or failure
        raise StorageError(f"the database can't be opened: {reason}: look at {told}") from failure
    return database


def provider_of(settings: Settings) -> Callable[[], Provider]:
    """Give what opens the provider: only a command that mails needs its URL to be right."""
    secrets = settings.provider_secrets
    return lambda: open_provider(settings.provider_url, secrets=secrets)


def _event_keys(settings: Settings) -> dict[str, str]:
    keys = {"sendgrid": settings.sendgrid_webhook_key}
    return {provider: key for provider, key in keys.items() if key}


def _templates(root: Path) -> Path:
    """Prefer the newsroom's own templates, beside its schedule.yaml."""
    own = root / "templates"
    return own if (own / "email").is_dir() else shipped("templates")
