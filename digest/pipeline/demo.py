"""The main job on samples: made-up readers, the drop folder, mail as files."""

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import ConflictError
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from subscribers import lists, transfer

if TYPE_CHECKING:  # `digest check` asks here who is made up, and runs nothing
    from digest.pipeline.running import RunReport

EDITOR = "demo"
"""Who approves the demo's issue."""
READERS = "readers.csv"
CONSENT = "made-up readers of the demo"
RESERVED = ("example.com", "example.net", "example.org")
"""Domains that belong to nobody (RFC 2606)."""


def demo(newsroom: Newsroom) -> "RunReport":
    """Run everything, for made-up readers, on the first newsletter of schedule.yaml.

    Raises:
        ConflictError: mail would really go out, or the list has readers who are not made up.
    """
    from digest.pipeline.running import run

    name, newsletter = next(iter(newsroom.schedule.newsletters.items()))
    _refuse_real_mail(newsroom)
    _invite(newsroom, newsletter.list, newsletter.title)
    return run(_unhurried(newsroom), name, approved_by=EDITOR)


def _unhurried(newsroom: Newsroom) -> Newsroom:
    """Leave out what would make a person wait for files: quiet hours, spread, warm-up."""
    schedule = newsroom.schedule
    newsletters = {
        name: plan.model_copy(update={"quiet": None, "spread": None})
        for name, plan in schedule.newsletters.items()
    }
    site = schedule.site.model_copy(update={"warm_up": None})
    update = {"site": site, "newsletters": newsletters}
    return replace(newsroom, schedule=schedule.model_copy(update=update))


def _refuse_real_mail(newsroom: Newsroom) -> None:
    with closing(newsroom.provider()) as provider:
        if provider.name != "outbox":
            raise ConflictError(
                "the demo's readers are made up, so it mails only into a folder: unset"
                " DIGEST_PROVIDER_URL, or use `digest run`"
            )


def _invite(newsroom: Newsroom, list_name: str, title: str) -> None:
    """Put the sample readers on the list; it must have no others."""
    with newsroom.database.write() as connection:
        lists.ensure(connection, list_name, title, newsroom.clock())
        transfer.import_readers(
            connection,
            shipped("demo") / READERS,
            secret_key=newsroom.secret_key,
            list_name=list_name,
            now=newsroom.clock(),
            consent=CONSENT,
        )
        real = [r for r in lists.readers(connection, list_name) if not is_made_up(r.address)]
        if real:
            raise ConflictError(
                f"list {list_name!r} has readers who are not made up ({len(real)}): the demo leaves"
                " it as it was; use `digest run`, or an empty folder"
            )


def is_made_up(address: str) -> bool:
    """Say whether an address can be nobody's: such are all of the demo's."""
    domain = address.rpartition("@")[2].lower()
    return f".{domain}".endswith(tuple(f".{reserved}" for reserved in RESERVED))
