"""What is each page's template filled in with? For those who look own templates over."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from digest.compose.brand import Brand, Pair
from digest.compose.page import Page, Title
from digest.pipeline.archive import Shelf
from digest.pipeline.growth import Week
from digest.web import form, offers, reading, wishes
from digest.web.plots import Plot
from subscribers.choices import Preferences
from subscribers.model import Subscriber

_IMPRINT = "language", "direction", "name", "publisher", "postal_address", "contact"
_EVERY = dict.fromkeys(_IMPRINT, str)
_NOTICES = (
    "data_asked data_nothing data_erased data_link too_many not_found bad_link dead_link lost_link"
    " refused failed"
)
"""What is told without a value of its own."""
_PUBLIC: Mapping[str, Any] = {
    "site_url": str,
    "home": str,
    "languages": Mapping[str, str],
    "locales": Mapping[str, str],
    "description": str,
    "at": reading.Address,
    "feeds": list[tuple[str, str]],
    "may_join": bool,
}
_NEWSLETTER: Mapping[str, Any] = {"newsletter": str, "own": str, "about": str, "archive": str}
_PAIRS = tuple[Pair, ...]


def _texts(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, str)


_OWN: Mapping[str, Mapping[str, Any]] = {
    "issue.html": {
        **_PUBLIC,
        **_NEWSLETTER,
        **_texts("day", "changed", "before", "after"),
        "page": Page,
        "heading": Title,
        "colours": _PAIRS,
    },
    "home.html": {**_PUBLIC, "letters": list[reading.Letter]},
    "archive.html": {
        **_PUBLIC,
        **_NEWSLETTER,
        **_texts("newer", "older"),
        "shelf": Shelf,
        "lines": list[reading.Line],
    },
    "subscribe.html": {
        "offers": list[offers.Offer],
        "themes": dict[str, str],
        "wording": offers.Words,
        "form": form.Form,
        "mistakes": tuple[str, ...],
        **_texts("site_url", "about"),
    },
    "check_mail.html": _texts("address"),
    "confirm.html": {**_texts("newsletter", "address"), "wording": offers.Words},
    "confirmed.html": _texts("newsletter", "address", "preferences"),
    "unsubscribe.html": _texts("newsletter", "address", "token"),
    "unsubscribed.html": {
        **_texts("newsletter", "token"),
        **dict.fromkeys(("may_return", "too_late"), bool),
    },
    "undone.html": _texts("newsletter", "token"),
    "preferences.html": {
        **_texts("newsletter", "address", "token", "last_day"),
        "form": wishes.Form,
        "offer": wishes.Offer,
        "mistakes": frozenset[str],
    },
    "preferences_saved.html": {
        **_texts("newsletter", "token", "until"),
        "themes": list[str],
        "wanted": Preferences,
        "offer": wishes.Offer,
    },
    "data.html": {
        **_texts("token", "since"),
        "person": Subscriber | None,
        "themes": list[str],
        "places": list[tuple[str, str, str]],
        "consents": int,
        "suppressed": bool,
    },
    "data_erase.html": {**_texts("token", "address"), "mistake": bool},
    "embed.html": {"snippets": list[str], "offers": list[offers.Offer]},
    **{
        f"{notice}.html": {}
        for notice in [
            "data_asked",
            "data_nothing",
            "data_erased",
            "data_link",
            "too_many",
            "not_found",
            "bad_link",
            "dead_link",
            "lost_link",
            "refused",
            "failed",
        ]
    },
}
_APART: Mapping[str, Mapping[str, Any]] = {
    "stories.html": {**_texts("own", "direction"), "page": Page, "colours": _PAIRS},
    "snippet.html": {
        **_texts("site_url", "language"),
        "offer": offers.Offer,
        "wording": offers.Words,
    },
    "wording.txt": _texts("newsletter", "publisher"),
    "style.css": {"brand": Brand, "colours": _PAIRS},
    "archive.css": {"brand": Brand, "colours": _PAIRS},
    "growth.html": {
        **_texts("language", "direction", "name", "list", "day", "style", "small"),
        **dict.fromkeys(("readers", "width", "height"), int),
        "weeks": tuple[Week, ...],
        "total": Week,
        "plots": list[tuple[tuple[str, ...], Plot]],
        "number": Callable[[int], str],
        "short": Callable[[date], str],
    },
}
"""What is no page of the site's own, but a part, a sheet or a file."""
GIVEN: Mapping[str, Mapping[str, Any]] = {
    **{name: {**_EVERY, **own} for name, own in _OWN.items()},
    **_APART,
}
"""Template → variable → what it is."""
UNGUARDED = ("growth.html",)
"""What is kept as a file, so that no policy of the site's holds for it."""
