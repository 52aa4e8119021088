"""Which addresses lead to the same page? Gives one key for all of them.

The rules are few on purpose: a wrong merge loses an article, a missed one is caught by grouping.
`spip.php?article12` and `?article13` stay apart: parameters without a value are identity.
"""

import hashlib
import re
from urllib.parse import urljoin

import ada_url

KEY_LENGTH = 512
_LONGEST = 4_000

_TRACKING = re.compile(
    r"(utm_.+|pk_.+|mtm_.+|matomo_.+|hsa_.+|at_(medium|campaign|creation|custom\d?|link.*|ptr.*|format)"
    r"|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|mc_[ce]id|_ga|_gl|_hs.+"
    r"|mkt_tok|vero_id|ref_src|ref_url|xtor|ns_[a-z]+|cmpid|cmp|ocid|ftag|ncid|smid|soc_src|soc_trk"
    r"|wt\.[a-z_.]+|spm|s_kwcid|phpsessid|jsessionid|var_mode|var_recherche|var_hasard"
    r"|amp|outputtype|output_type|fb_(action|source|ref).*|__twitter_impression|share|sharedby)",
    re.IGNORECASE,
)
_AMP_VALUES = {"amp", "outputtype", "output_type"}
_TWIN_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.[^.]+)")
_AMP_CACHE = re.compile(
    r"^https?://(?:www\.google\.[a-z.]+/amp|[^/]+\.cdn\.ampproject\.org/[cv])/(s/)?(.+)$", re.I
)
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def canonical(url: str) -> str:
    """Give the one spelling of a web address; idempotent. Other text is only trimmed."""
    spelled = url.strip()
    for _ in range(4):  # a cached address may hold another, and cleaning may bare one
        cleaned = _once(spelled)
        if cleaned == spelled:
            break
        spelled = cleaned
    return spelled


def key_of(url: str) -> str:
    """Give the canonical address as a key of at most KEY_LENGTH characters."""
    return short_key(canonical(url))


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


def _parsed(url: str) -> ada_url.URL | None:
    try:
        parsed = ada_url.URL(url)
    except (ValueError, UnicodeError):
        return None
    return parsed if parsed.protocol in {"http:", "https:"} and parsed.hostname else None


def _once(url: str) -> str:
    cached = _AMP_CACHE.match(url)
    parsed = _parsed(f"https://{cached[2]}" if cached else url)
    if parsed is None:
        return url.strip()
    port = f":{parsed.port}" if parsed.port and parsed.port not in {"80", "443"} else ""
    host = _TWIN_HOST.sub("", parsed.hostname.rstrip("."))
    return f"https://{host}{port}{_path(parsed)}{_query(parsed.search)}{_hashbang(parsed.hash)}"


def _path(parsed: ada_url.URL) -> str:
    path = re.sub(r";jsessionid=[^/?]*", "", _spelled(parsed.pathname), flags=re.IGNORECASE)
    path = re.sub(r"^/{2,}", "/", path)
    path = re.sub(r"(?<=.)/amp/?$|\.amp(?=(\.html?)?$)", "", path)
    if not parsed.search:
        path = _INDEX.sub("/", path)
    return path.rstrip("/") or "/"


def _query(search: str) -> str:
    pairs = [_spelled(pair) for pair in search.removeprefix("?").split("&") if pair]
    kept = sorted(pair for pair in pairs if not _is_tracking(pair))
    return "?" + "&".join(kept) if kept else ""


def _is_tracking(pair: str) -> bool:
    name, equals, value = pair.partition("=")
    if name.lower() in _AMP_VALUES:
        return value.lower() in {"", "1", "true", "amp"}
    return bool(equals) and _TRACKING.fullmatch(name) is not None


def _hashbang(fragment: str) -> str:
    return fragment if fragment.startswith("#!") and len(fragment) > 2 else ""


def _spelled(text: str) -> str:
    """Undo needless escapes (RFC 3986, 6.2.2.2) and write the others in capitals."""
    return _UNRESERVED.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    plain = character.isascii() and (character.isalnum() or character in "-._~")
    return character if plain else match[0].upper()
