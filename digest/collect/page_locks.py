"""Does a page show its whole article? If not, why: a paywall, a script, a wall of consent."""

import re
from typing import Any

from digest.collect.page_heads import Head, without

ENOUGH = 400
"""Characters below which an extracted text is not trusted to be the whole (trafilatura)."""
_LONG = 5 * ENOUGH
PAYWALL = "behind a paywall: only an excerpt"
SCRIPTED = "the page needs JavaScript: only an excerpt"
WALLED = "behind a wall of consent: only an excerpt"
MEDIUM = "a page to watch or look at: only its introduction"
_LOOKED_AT = 500_000  # characters of a page
_READ = 100_000  # of its words
_LOCKED = re.compile(
    r"(?:réservée?s?|accessibles?) (?:uniquement |exclusivement )?(?:aux|à nos) abonnée?s"
    r"|(?:article|contenu|lecture|suite|édition)s? (?:est |sont )?réservée?s?\b"
    r"|(?:abonnez|inscrivez|connectez|identifiez)-vous (?:pour|afin de) "
    r"(?:lire|continuer|accéder|poursuivre)"
    r"|pour (?:lire|accéder à|poursuivre|continuer) (?:la suite|l['’]intégralité|la lecture"
    r"|votre lecture|cet article|l['’]article)"
    r"|il (?:vous )?reste \d{1,3}(?:[.,]\d)? ?% (?:de cet article )?à lire"
    r"|il vous reste \d{1,3} ?% de cet article|\d{1,3} ?% de l['’]article à lire"
    r"|subscribers? only|(?:only|exclusively) for (?:subscribers|members)"
    r"|(?:subscribe|sign in|register|log in) (?:now )?to "
    r"(?:continue|keep reading|read|unlock|access)"
    r"|to (?:continue reading|read the full (?:story|article)|unlock this)"
    r"|this (?:content|article|story|post) is for (?:paying |paid )?(?:members|subscribers)"
    r"|you['’]ve (?:reached|read) your (?:limit|last free)",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"already a subscriber|déjà abonnée?|abonnez-vous|subscribe now", re.IGNORECASE
)
"""What stands at the top of free pages too: it counts only where there is hardly a text."""
_SCRIPTED = re.compile(
    r"(?:enable|activer|requires?|activez|allow) (?:le )?javascript|javascript (?:is )?"
    r"(?:required|disabled|désactivé|not enabled)"
    r"|javascript (?:est|doit être) (?:désactivé|activé)",
    re.IGNORECASE,
)
_CONSENT = (
    re.compile(r"cookies?\b|traceurs", re.IGNORECASE),
    re.compile(r"(?:nos|ses|our|its) (?:\d+ )?(?:partenaires|partners)", re.IGNORECASE),
    re.compile(r"consent|refuser|accepter|accept all|reject all|privacy|données", re.IGNORECASE),
)
_EMPTY_APP = re.compile(
    r"<div\b[^<>]{0,200}+\bid=[\"']?(?:root|app|__next|__nuxt)\b", re.IGNORECASE
)


def why_partial(html: str, head: Head, body: str) -> str:
    """Say why a page's text is not its whole article; empty when it seems to be."""
    if is_locked(html, head, body):
        return PAYWALL
    if len(body) >= ENOUGH:
        return ""
    if head.medium or head.meta.get("og:type", "").startswith("video"):
        return MEDIUM
    shown = _shown(html, "script", "style")
    if is_wall_of_consent(body or shown):
        return WALLED
    return SCRIPTED if _SCRIPTED.search(shown) or _EMPTY_APP.search(html[:_LOOKED_AT]) else ""


def is_locked(html: str, head: Head, body: str) -> bool:
    """Tell whether the publisher says that the text is not free."""
    free = _is_free(head.article)
    if free is not None or head.meta.get("article:content_tier", "") == "locked":
        return not free
    if len(body) >= _LONG:
        return False
    shown = _shown(html, "script", "style", "nav", "aside", "footer")
    offered = len(body) < ENOUGH and _OFFERED.search(shown) is not None
    return offered or _LOCKED.search(shown) is not None


def _shown(html: str, *left_out: str) -> str:
    """Give the words of a page: patterns with many branches are slow on markup."""
    return re.sub(r"<[^<>]*+>", " ", without(html[:_LOOKED_AT], *left_out))[:_READ]


def is_wall_of_consent(text: str) -> bool:
    """Tell whether a text is about nothing but what is stored of the reader."""
    short = len(text) < 10 * ENOUGH
    return short and all(len(one.findall(text)) >= 1 for one in _CONSENT)


def _is_free(thing: dict[str, Any]) -> bool | None:
    """Read isAccessibleForFree, of the whole or of a part (schema.org, as Google reads it)."""
    parts = thing.get("hasPart")
    things = [thing, *(parts if isinstance(parts, list) else [parts])]
    said = [one.get("isAccessibleForFree") for one in things if isinstance(one, dict)]
    words = [str(one).lower().rpartition("/")[2] for one in said if one is not None]
    return None if not words else "false" not in words
