"""What do the stages work with? Everything that touches the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from digest.clock import Clock
from digest.deliver.provider import Provider
from digest.errors import ConfigError, unknown
from digest.group.meaning import Encoder
from digest.pipeline.meters import Meters
from digest.pipeline.outside import Outside
from digest.schedule.values import Newsletter, Schedule
from subscribers.database import Database

if TYPE_CHECKING:  # numpy takes a while to load, and every command passes here
    from digest.group.retelling import Summariser


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    """The world as the stages see it."""

    schedule: Schedule
    root: Path
    """The folder that holds schedule.yaml: its folders' names count from here."""
    database: Database
    clock: Clock
    secret_key: bytes
    site_url: str
    """Where readers reach `digest serve`, without a slash at the end."""
    templates: Path
    """The folder with email/, web/ and brand.yaml."""
    provider: Callable[[], Provider]
    """Opens the provider that mail goes to."""
    event_keys: Mapping[str, str] = field(default_factory=dict)
    """Whose events we are told: provider → the key that proves that they are its own."""
    stopping: Event = field(default_factory=Event)
    """Set when the process is asked to end: sending then begins no further call."""
    meters: Meters = field(default_factory=Meters)
    """What this process handed over; goes on counting when the schedule changes."""
    encoder: Encoder | None = None
    """Compares meanings across languages, where the installation has one."""
    summariser: "Summariser | None" = None
    """Tells a draft's stories again, in a machine's words; None: they keep their articles' own."""
    models: Path | None = None
    """The folder of what was learned of themes; without one, definitions alone score."""
    metrics_token: str = ""
    """What /metrics of the web asks for; empty: there is no such page."""
    mailbox_passwords: Mapping[str, str] = field(default_factory=dict)
    """Of the sources that are mailboxes: name in capitals, with _ for - → password."""
    outside: Outside | None = None
    """How preflight asks other people's servers; None: it never does."""

    def newsletter(self, name: str) -> Newsletter:
        """Give a newsletter of the schedule.

        Raises:
            ConfigError: there is none of that name.
        """
        plan = self.schedule.newsletters.get(name)
        if plan is None:
            raise ConfigError(unknown("newsletter", name, self.schedule.newsletters))
        return plan
