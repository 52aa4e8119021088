"""What is a notice? A mail to one reader that is no issue: what a page asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class NoticeKind(StrEnum):
    """What a notice is about, in words of 16 letters at most."""

    SIGN_UP = "sign-up"
    """A form's request: who asks is looked up by a worker, never by the page. Becomes another."""
    CONFIRM = "confirm"
    SUBSCRIBED = "subscribed"
    """The answer to who is confirmed already."""
    WELCOME = "welcome"
    DATA = "data"
    """The way to a reader's own data."""


class NoticeState(StrEnum):
    """ready → claimed → calling → sent | failed | in_doubt; or skipped: there was nobody to tell.

    An unknown outcome is never repeated: whoever waits for the mail can ask again.
    """

    READY = "ready"
    CLAIMED = "claimed"
    CALLING = "calling"
    """The intent is committed: from here on the provider may have the mail."""
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A notice that is asked for."""

    kind: NoticeKind
    address: str
    language: str
    list_name: str = ""
    subscriber_id: int | None = None
    """None: who that is, is found out by a worker."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Of a sign-up: themes and evidence; of a confirmation: `asked`, in seconds; of data: `path`,
    the page that the button leads to.
    """


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice in a worker's hand."""

    id: int
    kind: NoticeKind
    address: str
    language: str
    list_name: str
    subscriber_id: int | None
    details: Mapping[str, Any]
    asked_at: datetime
    tries: int
    """Calls begun so far."""
    attempt_id: str
    """32 hex digits; every step of the worker is fenced by it."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What an attempt makes of a notice."""

    state: NoticeState
    not_before: datetime | None = None
    """When one that is ready again may be tried."""
    why: str = ""
    """In the provider's words; no addresses."""
