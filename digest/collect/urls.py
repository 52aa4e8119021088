"""Which addresses lead to the same page? Gives one key for all of them.

The rules are few on purpose: a wrong merge loses an article, a missed one is caught by grouping.
`spip.php?article12` and `?article13` stay apart: parameters without a value are identity.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin

import ada_url

KEY_LENGTH = 512
_LONGEST = 4_000
_NESTED = 200
"""More addresses than fit into one another."""

_TRACKING = re.compile(
    r"(utm_.+|pk_.+|mtm_.+|matomo_.+|hsa_.+|at_(medium|campaign|creation|custom\d?|link.*|ptr.*|format)"
    r"|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|srsltid|igshid|igsh"
    r"|mc_[ce]id|_ga|_gl|_hs.+|mkt_tok|vero_id|ref_src|ref_url|xtor|ns_[a-z]+|cmpid|cmp|ocid|ftag"
    r"|ncid|smid|soc_src|soc_trk|wt\.[a-z_.]+|wt_z?mc|spm|s_kwcid|maca|traffic_source|guccounter"
    r"|guce_referrer(_sig)?|phpsessid|jsessionid|aspsessionid[a-z]*|session_?id|cfid|cftoken"
    r"|var_mode|var_recherche|var_hasard|amp_.+|usqp|fb_(action|source|ref).*"
    r"|__twitter_impression|sharedby)",
    re.IGNORECASE,
)
_ASKS_FOR_TWIN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("amp", "amp_markup"), frozenset({"", "1", "true", "amp"})),
    **dict.fromkeys(("outputtype", "output_type"), frozenset({"amp"})),
    **dict.fromkeys(
        ("print", "printable", "imprimer"), frozenset({"", "1", "true", "yes", "oui", "print"})
    ),
    "view": frozenset({"print", "amp"}),
    "tmpl": frozenset({"component"}),
    "ref": frozenset({"rss", "feed"}),
    "lang": frozenset({""}),
}
"""Values that ask for another dress of the same page; any other value is identity."""
_TWIN_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.[^.]+)")
_TWIN_LABEL = re.compile(r"^([a-z]{2,3})\.m\.(?=[^.]+\.[^.]+)")
_LEADS_ON = re.compile(
    r"^https?://(?:(?:www\.)?google\.[a-z.]+/url|(?:www\.)?bing\.com/news/apiclick\.aspx"
    r"|lm?\.facebook\.com/l(?:sr)?\.php)\?(?:.*&)?(?:url|q|u)=(https?(?::|%3a)[^&#]+)",
    re.IGNORECASE,
)
_SPIP = re.compile(r"/spip\.php$")
_SPIP_ARTICLE = {"page=article", "page=imprimer"}
_AMP_CACHE = re.compile(
    r"^https?://(?:(?:www\.)?google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[cv])/(s/)?(.+)$", re.I
)
_SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?<=.)/amp/?$|\.amp(?=(\.html?)?$)")
_USUAL = re.compile(
    r"""(https?:)//((?!xn--|[^/?]*\.xn--)(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24})
        ((?:/(?!\.)[A-Za-z0-9_~.+@:,!$*()-]*)+)
        (\?[A-Za-z0-9_~.+@:,!$*()/&=-]+)?""",
    re.VERBOSE | re.ASCII,
)
"""Addresses as most are: of a named host, without escapes, dot segments, ports and fragments. Each
is already what the WHATWG parser makes of it."""
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def canonical(url: str) -> str:
    """Give the one spelling of a web address; idempotent. Other text is only trimmed."""
    return _remembered(url) if len(url) < KEY_LENGTH else _canonical(url)


def _canonical(url: str) -> str:
    spelled = url.strip()
    for _ in range(_NESTED):  # an address may hold another, and cleaning may bare one
        cleaned = _once(spelled)
        if cleaned == spelled:
            break
        spelled = cleaned
    return spelled


_remembered = lru_cache(maxsize=2_048)(_canonical)
"""One address is asked for when its entry is named, when it is compared and when it is cleaned."""


def key_of(url: str) -> str:
    """Give the canonical address as a key of at most KEY_LENGTH characters."""
    return short_key(canonical(url))


def twin_key(key: str, canonical_url: str) -> str:
    """Give the key of the address that an article's page calls its own.

    Empty where that says nothing: it is the key already, no web address, or a home page.
    """
    address = canonical(canonical_url)
    told = is_web(address) and not is_home(address)
    return key_of(address) if told and key_of(address) != key else ""


def is_home(url: str) -> bool:
    """Tell the address of a site's first page, whatever its port."""
    return is_web(url) and leads_home(canonical(url))


def leads_home(canonical_url: str) -> bool:
    """Tell the canonical address of a site's first page."""
    address = _parsed(canonical_url)
    return address is not None and address.pathname == "/" and not address.search


def short_key(text: str) -> str:
    """Keep a key that fits, replace the end of a longer one by its hash."""
    if len(text) <= KEY_LENGTH:
        return text
    return f"{text[: KEY_LENGTH - 65]}#{hashlib.sha256(text.encode()).hexdigest()}"


def is_web(url: str) -> bool:
    """Tell whether an address is http or https, with a host."""
    parsed = _parsed(url)
    return parsed is not None


def absolute(url: str, base: str) -> str:
    """Resolve an address as received; empty when the result is no web address."""
    if len(url) < KEY_LENGTH and _USUAL.fullmatch(url):
        return url
    bare = re.sub(r"[\x00-\x1f\x7f]", "", url).strip()  # browsers pass over line breaks too
    if not bare or len(bare) > _LONGEST:
        return ""
    try:
        resolved = urljoin(base, bare)
    except ValueError:
        return ""
    return resolved if is_web(resolved) else ""


def host_of(url: str) -> str:
    """Give the host of an address, lower-cased, or nothing."""
    parsed = _parsed(url)
    return parsed.hostname if parsed else ""


class _Parts(NamedTuple):
    """The parts of a web address, as browsers read it."""

    hostname: str
    port: str
    pathname: str
    search: str
    hash: str


def _parsed(url: str) -> _Parts | None:
    return _parsed_before(url) if len(url) < KEY_LENGTH else _parse(url)


def _parse(url: str) -> _Parts | None:
    if usual := _USUAL.fullmatch(url):
        return _Parts(usual[2], "", usual[3], usual[4] or "", "")
    try:
        found = ada_url.URL(url)
    except (ValueError, UnicodeError):
        return None
    if found.protocol not in {"http:", "https:"} or not found.hostname:
        return None
    return _Parts(found.hostname, found.port, found.pathname, found.search, found.hash)


_parsed_before = lru_cache(maxsize=2_048)(_parse)


def _once(url: str) -> str:
    parsed = _parsed(_led_to(url))
    if parsed is None:
        return url.strip()
    port = f":{parsed.port}" if parsed.port and parsed.port not in {"80", "443"} else ""
    host = _TWIN_LABEL.sub(r"\1.", _TWIN_HOST.sub("", parsed.hostname.rstrip(".")))
    return f"https://{host}{port}{_path(parsed)}{_query(parsed)}{_hashbang(parsed.hash)}"


def _led_to(url: str) -> str:
    """Give the address inside one of a cache of AMP pages, or of what only leads on."""
    if "amp" in url.lower() and (cached := _AMP_CACHE.match(url)):
        return f"https://{cached[2]}"
    if "?" not in url or not (leads_on := _LEADS_ON.match(url)):
        return url
    inner = unquote(leads_on[1])
    return inner if is_web(inner) else url


def _path(parsed: _Parts) -> str:
    path = _spelled(parsed.pathname)
    if ";" in path:
        path = _SESSION.sub("", path)
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    if "amp" in path:
        path = _AMP_PATH.sub("", path)
    if "." in path and not parsed.search:
        path = _INDEX.sub("/", path)
    return path.rstrip("/") or "/"


def _query(parsed: _Parts) -> str:
    if not parsed.search:
        return ""
    pairs = [_spelled(pair) for pair in parsed.search.removeprefix("?").split("&") if pair]
    unescaped = (pair.removeprefix("amp;") for pair in pairs)
    kept = sorted(pair for pair in unescaped if pair and not _is_no_identity(pair))
    if _SPIP.search(parsed.pathname):
        kept = _spip(kept)
    return "?" + "&".join(kept) if kept else ""


def _is_no_identity(pair: str) -> bool:
    """Tell whether a parameter tells who came from where, or asks for the page in another dress."""
    name, equals, value = pair.partition("=")
    if (twin := _ASKS_FOR_TWIN.get(name.lower())) is not None:
        return value.lower() in twin
    return bool(equals) and _TRACKING.fullmatch(name) is not None


def _spip(pairs: list[str]) -> list[str]:
    """Write SPIP's `page=imprimer&id_article=12` as what it prints, `article12`."""
    numbers = [pair.removeprefix("id_article=") for pair in pairs if pair[:11] == "id_article="]
    if len(numbers) != 1 or not _SPIP_ARTICLE & set(pairs):
        return pairs
    others = [pair for pair in pairs if pair not in _SPIP_ARTICLE and pair[:11] != "id_article="]
    return sorted([f"article{numbers[0]}", *others])


def _hashbang(fragment: str) -> str:
    return fragment if fragment.startswith("#!") and len(fragment) > 2 else ""


def _spelled(text: str) -> str:
    """Undo needless escapes (RFC 3986, 6.2.2.2) and write the others in capitals."""
    return _UNRESERVED.sub(_unescaped, text) if "%" in text else text


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    plain = character.isascii() and (character.isalnum() or character in "-._~")
    return character if plain else match[0].upper()
