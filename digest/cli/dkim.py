"""`digest dkim new`: a key to sign mail with."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from digest.deliver.dkim_keys import Record


class Kind(StrEnum):
    """Which key."""

    RSA = "rsa"
    ED25519 = "ed25519"


File = Annotated[
    Path | None, typer.Argument(help="Where the key goes; else var/dkim-SELECTOR.pem.")
]
Selector = Annotated[
    str, typer.Option(help="The name it is published under; each key has its own.")
]
Domain = Annotated[str, typer.Option(help="Whose key it is; else the sender's domain.")]
Which = Annotated[
    Kind, typer.Option("--kind", help="rsa (2048 bits), or ed25519, which not all can verify yet.")
]
group = typer.Typer(no_args_is_help=True, help="The key that mail through a relay is signed with.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="dkim")


@group.callback()
def dkim() -> None:
    """Make the key that mail through a relay is signed with."""


@group.command("new")
def new(
    file: File = None,
    selector: Selector = "digest",
    domain: Domain = "",
    kind: Which = Kind.RSA,
    as_json: AsJson = False,
) -> None:
    """Make a key that only you can read, and say what to set and what to put into the DNS.

    An existing file is never replaced: mail on its way may be signed with it.
    """
    from digest.config import read_settings
    from digest.deliver.dkim import record_name
    from digest.deliver.dkim_keys import Record, make_key
    from digest.schedule.reading import read_schedule

    sender = read_schedule(read_settings().schedule).site.sender.address
    path = file or Path("var") / f"dkim-{selector}.pem"
    name = record_name(selector, domain, sender)
    record = Record(name=name, text=make_key(path, kind.value).published)
    value = {"file": path, "selector": selector, "domain": domain, "record": record}
    emit(value, lambda: _tell(path, selector, domain, record), as_json=as_json)


def _tell(path: Path, selector: str, domain: str, record: "Record") -> None:
    say(f"{path} holds the key: keep it as you keep passwords. Set:")
    say(f"  DIGEST_DKIM_KEY={path.resolve()}")
    say(f"  DIGEST_DKIM_SELECTOR={selector}")
    if domain:
        say(f"  DIGEST_DKIM_DOMAIN={domain}")
    say(f"Before mail goes out, the DNS must have the TXT record {record.name}:")
    say(f"  {record.text}")
    say("In a zone file:")
    say(f"  {record.zone_line}")
