"""What does a link tell the statistics of the site it leads to? That it came from a newsletter.

The names are those that site statistics know (support.google.com/analytics/answer/10917952). They
say which issue a link stood in, never who followed it: they are the same for all its readers.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote_plus, urlsplit
from zoneinfo import ZoneInfo

from digest.model.issue import Issue
from digest.schedule.values import Newsletter

_NAMES = ("source", "medium", "campaign", "term", "content")


def tags_of(issue: Issue, newsletter: Newsletter) -> dict[str, str]:
    """Give the parameters of the links of an issue, by name; none where none are wished for."""
    if newsletter.utm is None:
        return {}
    day = issue.slot.astimezone(ZoneInfo(newsletter.timezone)).date()
    places = {"newsletter": issue.newsletter, "number": str(issue.number), "date": day.isoformat()}
    values = {f"utm_{name}": _filled(getattr(newsletter.utm, name), places) for name in _NAMES}
    return {name: value for name, value in values.items() if value}


def spared_by(newsletter: Newsletter) -> tuple[str, ...]:
    """Give the hosts that are told nothing."""
    return newsletter.utm.spared if newsletter.utm else ()


def tagged(url: str, tags: Mapping[str, str], spared: Collection[str] = ()) -> str:
    """Add parameters to an address that `safe_link` gave; what it has already stays as it is.

    An address under one of the `spared` hosts stays whole.
    """
    if _is_under(urlsplit(url).hostname or "", spared):
        return url
    address, hash_, fragment = url.partition("#")
    path, _, query = address.partition("?")
    had = {unquote_plus(one.partition("=")[0]).casefold() for one in re.split("[&;]", query)}
    new = [f"{name}={quote(value, safe='')}" for name, value in tags.items() if name not in had]
    if not new:
        return url
    joint = "" if not query or query.endswith("&") else "&"
    return f"{path}?{query}{joint}{'&'.join(new)}{hash_}{fragment}"


def _filled(text: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _is_under(host: str, names: Collection[str]) -> bool:
    return any(f".{host.rstrip('.')}".endswith(f".{name}") for name in names)
