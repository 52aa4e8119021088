"""Mail into a folder: one `.eml` a recipient, and a page to look at. `outbox://var/outbox`.

A file's name follows from issue and subscriber alone, and the file appears whole or not at all: so
a call can be repeated after a crash, and each reader still has one mail.
"""

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

from digest.clock import Clock, system_clock
from digest.deliver.dkim import Signer, signer_of
from digest.deliver.mime import CompiledLetter, compile_letter
from digest.deliver.personalise import cut
from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.urls import ProviderUrl
from digest.errors import ConfigError, DeliveryError
from digest.model.delivery import Outcome

_LISTED = 500
"""Links an issue has on the page; further mails are counted."""
_STALE = 3600.0
"""Seconds after which a half-written file has no writer any more."""


class Outbox:
    """A folder that stands in for a provider."""

    name = "outbox"
    idempotent = True

    def __init__(
        self,
        folder: Path,
        *,
        capacity: int = 200,
        workers: int = 1,
        clock: Clock = system_clock,
        signer: Signer | None = None,
    ) -> None:
        self.folder = folder
        self.capacity = capacity
        self.workers = workers
        self._clock = clock
        self._letters = Compiled(partial(compile_letter, signer=signer))

    @property
    def where(self) -> str:
        """Name the page to look at."""
        return str(self.folder / "index.html")

    def deliver(self, call: Call) -> Receipt:
        """Write a file for each recipient, each whole or not at all."""
        written: set[int] = set()
        refused: dict[int, str] = {}
        words = ""
        try:
            letter = self._letters.of(call.letter)
            self._write_all(call, letter, written, refused)
        except DeliveryError as unfit:
            return Receipt(outcome=Outcome.REFUSED, permanent=True, detail=str(unfit))
        except OSError as failure:
            words = f"can't write {failure.filename or self.folder}: {failure.strerror}"
        return Receipt(
            outcome=Outcome.ACCEPTED if written else Outcome.REFUSED,
            ref=str(self.folder),
            detail=words,
            refused=refused,
            untried=frozenset(to.id for to in call.to) - written - refused.keys(),
        )

    def close(self) -> None:
        """Clear away what killed writers left, and write the page that lists every mail."""
        if self.folder.is_dir():
            _sweep(self.folder)
            _put(self.folder / "index.html", index_page(self.folder).encode(), "index")

    def _write_all(
        self, call: Call, letter: CompiledLetter, written: set[int], refused: dict[int, str]
    ) -> None:
        """Write each mail that can be written; note whose is, and who can't have one, and why."""
        now = self._clock()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._preview(call)
        with _kept(self.folder):
            for to in call.to:
                try:
                    mail = letter.message(to, now)
                except DeliveryError as unfit:
                    refused[to.id] = str(unfit)
                else:
                    self._write(file_name(call.label, to.id), call, mail)
                    written.add(to.id)

    def _write(self, name: str, call: Call, content: bytes) -> None:
        _put(self.folder / name, content, call.attempt_id)

    def _preview(self, call: Call) -> None:
        """Write the HTML of one mail beside the others: browsers don't open `.eml`."""
        name = f"{safe(call.label)}.html"
        if not (self.folder / name).exists() and call.to:
            self._write(
                name, call, cut(call.letter.html).fill(_anybody(call.to[0]).values).encode()
            )


def open_outbox(url: ProviderUrl, secrets: Mapping[str, str]) -> Outbox:
    """Open from a URL; a relative folder counts from where the command runs.

    Raises:
        ConfigError: the URL names no folder, or something that is none; or a key can't sign.
    """
    url.allow()
    if not url.path:
        raise ConfigError(
            "DIGEST_PROVIDER_URL: outbox:// names no folder, e.g. outbox://var/outbox"
        )
    folder = Path(url.path)
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"DIGEST_PROVIDER_URL: {folder} is not a folder")
    return Outbox(
        folder,
        capacity=url.number("capacity", 200, most=10_000),
        workers=url.number("workers", 1, most=16),
        signer=signer_of(secrets),
    )


def file_name(label: str, subscriber_id: int) -> str:
    """Name a recipient's mail: `hebdo-sahel-12-000042.eml`."""
    return f"{safe(label)}-{subscriber_id:06}.eml"


def safe(label: str) -> str:
    """Make a label fit for a file name."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "issue"


def index_page(folder: Path) -> str:
    """Write the page that leads to every mail in a folder."""
    mails: dict[str, list[str]] = defaultdict(list)
    for path in folder.glob("*.eml"):
        mails[path.stem.rpartition("-")[0]].append(path.name)
    sections = "".join(_section(folder, label, sorted(mails[label])) for label in sorted(mails))
    return _PAGE.format(count=sum(map(len, mails.values())), sections=sections)


def _section(folder: Path, label: str, names: list[str]) -> str:
    preview = folder / f"{label}.html"
    look = f'<p><a href="{quote(preview.name)}">Look at it</a></p>' if preview.exists() else ""
    links = "".join(
        f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in names[:_LISTED]
    )
    more = f"<p>and {len(names) - _LISTED} more</p>" if len(names) > _LISTED else ""
    return f"<h2>{escape(label)}: {len(names)} mails</h2>{look}<ol>{links}</ol>{more}"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Outbox</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
ol{{columns:18rem}}</style>
<h1>Outbox: {count} mails</h1>
<p>Nothing here was sent to anyone. A mail program opens the .eml files.</p>
{sections}
</html>
"""


def _anybody(to: Personal) -> Personal:
    """Give a recipient whose unsubscribe link leads nowhere: the preview is nobody's mail."""
    return to._replace(unsubscribe_url="#")


def _put(path: Path, content: bytes, writer: str) -> None:
    """Write a file that appears whole or not at all, whenever the power fails."""
    fresh = path.with_name(f".{writer[:12]}-{path.name}.part")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """See to it that the names made in a folder outlast a power failure, where that can be done."""
    try:
        yield
    finally:
        if hasattr(os, "O_DIRECTORY"):
            opened = os.open(folder, os.O_DIRECTORY)
            os.fsync(opened)
            os.close(opened)


def _sweep(folder: Path) -> None:
    for left in folder.glob(".*.part"):
        if time.time() - left.stat().st_mtime > _STALE:
            left.unlink(missing_ok=True)
