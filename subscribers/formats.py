"""Which program wrote a file of readers? Known by its headers, with what its own columns mean.

A row that another program no longer mails must not be mailed here: any standing that is not plainly
good counts as an unsubscription. Headers are compared folded: small letters and digits only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a column that only some programs write is for."""

    STANDING = "standing"
    """Whether the program still mails the reader."""
    BANNED = "banned"
    """Filled in for readers whom the program will never mail again."""
    LEFT = "left"
    """Filled in for readers who have left."""
    JOINED = "joined"
    """When they agreed."""
    NETWORK = "network"
    """From which network address they agreed."""
    CADENCE = "cadence"
    PAUSED_UNTIL = "paused until"
    TRACKING = "tracking"
    ATTRIBUTES = "attributes"
    """A JSON object of fields."""
    NOT_KEPT = "not kept"
    """Of no use here: scores, payments, ids of the other program."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """How one program writes its readers."""

    name: str
    marks: frozenset[str]
    """Headers that are all there in its files, and nowhere else together."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    good: frozenset[str] = frozenset()
    """Standings, folded, of readers whom it mails."""
    waiting: frozenset[str] = frozenset()
    """Standings of readers who have yet to confirm."""
    banned: frozenset[str] = frozenset()
    """Standings of readers whom it never mails again."""


OWN = Format(
    name="digest",
    marks=frozenset(["email", "language", "themes", "cadence", "pauseduntil", "tracking"]),
    roles={
        "state": Role.STANDING,
        "joined": Role.JOINED,
        "cadence": Role.CADENCE,
        "pauseduntil": Role.PAUSED_UNTIL,
        "tracking": Role.TRACKING,
    },
    good=frozenset(["", "confirmed"]),
    waiting=frozenset(["pending"]),
    banned=frozenset(["suppressed"]),
)


def _not_kept(*headers: str) -> dict[str, Role]:
    return dict.fromkeys(headers, Role.NOT_KEPT)


FORMATS = (
    OWN,
    Format(
        name="listmonk",
        marks=frozenset(["uuid", "email", "attributes", "status"]),
        roles={
            "status": Role.STANDING,
            "attributes": Role.ATTRIBUTES,
            "createdat": Role.JOINED,
            **_not_kept("id", "uuid", "updatedat", "lists"),
        },
        good=frozenset(["enabled"]),
        banned=frozenset(["blocklisted", "blacklisted"]),
    ),
    Format(
        name="Mailchimp",
        marks=frozenset(["emailaddress", "memberrating", "leid", "euid"]),
        roles={
            "confirmtime": Role.JOINED,
            "confirmip": Role.NETWORK,
            "unsubtime": Role.LEFT,
            "cleantime": Role.BANNED,
            **_not_kept("memberrating", "optintime", "optinip", "leid", "euid", "lastchanged"),
            **_not_kept("latitude", "longitude", "gmtoff", "dstoff", "timezone", "cc", "region"),
            **_not_kept("unsubcampaigntitle", "unsubcampaignid", "unsubreason"),
            **_not_kept("unsubreasonother", "cleancampaigntitle", "cleancampaignid"),
        },
    ),
    Format(
        name="Ghost",
        marks=frozenset(["id", "email", "subscribedtoemails", "createdat"]),
        roles={
            "subscribedtoemails": Role.STANDING,
            "createdat": Role.JOINED,
            "deletedat": Role.LEFT,
            **_not_kept("id", "complimentaryplan", "stripecustomerid", "tiers"),
        },
        good=frozenset(["true", "1"]),
    ),
    Format(
        name="Brevo",
        marks=frozenset(["email", "addedtime", "modifiedtime"]),
        roles={
            "addedtime": Role.JOINED,
            "emailmarketing": Role.STANDING,
            "emailblacklisted": Role.BANNED,
            "blacklisted": Role.BANNED,
            "blocklisted": Role.BANNED,
            **_not_kept("contactid", "modifiedtime", "listids", "smsmarketing"),
        },
        good=frozenset(["", "subscribed", "optin", "optedin"]),
        banned=frozenset(["blacklisted", "blocklisted"]),
    ),
    Format(
        name="Substack",
        marks=frozenset(["email", "activesubscription", "emaildisabled", "createdat"]),
        roles={
            "emaildisabled": Role.LEFT,
            "createdat": Role.JOINED,
            **_not_kept("activesubscription", "expiry", "plan", "firstpaymentat"),
        },
    ),
)
"""Tried in this order."""

NO = frozenset(["", "0", "false", "no", "non"])
"""What a cell that says yes or no says for no, folded."""


def recognise(headers: Collection[str]) -> Format | None:
    """Find the program that writes such headers (folded); None for a file made by hand."""
    there = frozenset(headers)
    return next((known for known in FORMATS if known.marks <= there), None)
