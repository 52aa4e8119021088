"""Does an address have the shape of an article's? By its path alone: a date, an id, a long slug."""

import re
from enum import IntEnum
from urllib.parse import unquote

from digest.collect.urls import canonical, host_of

_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp[34]|m4a|ogg|zip|gz|docx?|xlsx?|pptx?|ics|xml|rss|css|js)$",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"tags?|mots?\d*|mots?-cles?|etiquettes?|categor(?:y|ies?)|rubriques?\d*|sections?|themes?"
    r"|thematiques?|topics?|dossiers?|authors?|auteurs?\d*|auteure?s?|users?|utilisateurs?|profils?|profiles?"
    r"|pages?|feeds?|rss|atom|archives?|search|recherche|plan|sitemap"
    r"|log(?:in|out)|signin|sign-in|register|connexion|inscription|account|compte|mon-compte|wp-.+"
    r"|contacts?|contactez-nous|a-propos|about(?:-us)?|qui-sommes-nous|equipe|team|mentions-legales"
    r"|legal|privacy|confidentialite|politique-de-confidentialite|cgu|cgv|terms|cookies?|faq|aide|help"
    r"|abonnements?|abonnez-vous|subscribe|newsletters?|don|dons|donate|soutenir|boutique|shop|cart|panier"
    r"|agenda|calendrier|calendar|events?|evenements?|jobs?|emplois?|annonces|publicite|partenaires",
    re.IGNORECASE,
)
_ALWAYS_LISTS = re.compile(
    r"tags?|categor(?:y|ies?)|authors?|auteurs?|users?|log(?:in|out)|wp-.+|search|recherche|page"
    r"|calendrier|calendar|agenda|feed|rss|compte|account",
    re.IGNORECASE,
)
_LIST_QUERY = re.compile(
    r"(?:^|&)(?:s|q|cat|tag|author|page|paged|debut_\w+|mois|month|date|lang|sort|tri|replytocom|share)="
    r"|rubrique|auteur|(?:^|&)page[=/]?\w*$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?(?!\d)"
)
_DAY = re.compile(r"(?<!\d)(20\d\d)[/-](\d\d?)[/-](\d\d?)(?!\d)")
_COMPACT_DATE = re.compile(r"(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_ID = re.compile(
    r"(?:article|node|news|actu|depeche|story|post|id|p|a)[-_/=]?\d+|(?<!\d)\d{5,}(?!\d)", re.I
)
_ID_DIGITS = 5  # a number as long is no year
_WORD = re.compile(r"[^\W\d_]{2,}")


class Shape(IntEnum):
    """How much an address looks like an article's."""

    NO = 0
    SHORT = 1
    """A short slug: an article where the page's structure says so."""
    LONG = 2
    """A slug of four words or more, or an id."""
    SURE = 3
    """A date or an id, and a slug."""


def shape_of(url: str) -> Shape:
    """Tell how much an address looks like an article's."""
    path, query = _split(url)
    segments = [segment for segment in path.split("/") if segment]
    if _FILE.search(path) or _is_list(segments, query):
        return Shape.NO
    slug = segments[-1].rpartition(".")[0] or segments[-1] if segments else ""
    bare = _COMPACT_DATE.sub("", _DATE.sub("", slug))
    words = len(_WORD.findall(bare))
    numbered = bool(_ID.search(f"{bare}?{query}" if query else bare) or _with_number(segments))
    dated = _DATE.search(path) or _COMPACT_DATE.search(path)
    if not words and not numbered:
        return Shape.NO  # a home page, a day of an endless calendar
    if (dated or numbered) and words >= 2:
        return Shape.SURE
    return Shape.LONG if words >= 4 or numbered or dated else Shape.SHORT


def date_in(url: str) -> str:
    """Give the day that stands in an address, `2026-11-28`, or nothing."""
    path, _ = _split(url)
    if found := _DAY.search(path):
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    if found := _COMPACT_DATE.search(path):
        return f"{found[0][:4]}-{found[0][4:6]}-{found[0][6:]}"
    return ""


def words_in(url: str) -> str:
    """Give the words of an address' slug as a stand-in for a title that nobody told."""
    path, _ = _split(url)
    segments = [segment for segment in path.split("/") if segment]
    slug = next((one for one in reversed(segments) if _WORD.search(one)), "")
    bare = re.sub(r"\.[a-z]{2,5}$", "", _COMPACT_DATE.sub("", _DATE.sub("", slug)))
    words = " ".join(re.sub(r"(?<!\w)\d{5,}(?!\w)", "", re.sub(r"[-_+.,\s]+", " ", bare)).split())
    return words[:1].upper() + words[1:] if _WORD.search(words) else f"{host_of(url)}{path}"


def same_site(url: str, base: str) -> bool:
    """Tell whether two addresses are of one host, or of its `www.` and `m.` twins."""
    return host_of(canonical(url)) == host_of(canonical(base))


def _split(url: str) -> tuple[str, str]:
    """Give path and query without escapes; a sitemap has 50,000 addresses, urlsplit takes 20 µs."""
    whole, _, query = url.partition("#")[0].partition("?")
    path = whole.partition("://")[2].partition("/")[2]
    return f"/{unquote(path)}", unquote(query)


def _is_list(segments: list[str], query: str) -> bool:
    if query and _LIST_QUERY.search(query):
        return True
    if any(_ALWAYS_LISTS.fullmatch(segment) for segment in segments):
        return True
    bare = [re.sub(r"\.[a-z]{2,5}$", "", segment) for segment in segments[-1:]]
    return any(_LISTS.fullmatch(segment) for segment in bare)


def _with_number(segments: list[str]) -> bool:
    """Recognise `/node/12`, `/article/12` and `/1234567/slug`."""
    if any(segment.isdigit() and len(segment) >= _ID_DIGITS for segment in segments[:-1]):
        return True
    last = segments[-1] if segments else ""
    return (
        last.isdigit() and len(segments) > 1 and _ID.fullmatch(f"{segments[-2]}/{last}") is not None
    )
