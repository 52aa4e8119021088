"""May a reader be sent there? Addresses come from anyone: only http and https leave this file."""

import re
from urllib.parse import quote, urlsplit

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ALLOWED = "!#$&'()*+,/:;=?@[]~%-._"


def safe_link(url: str) -> str:
    """Give the address as it may stand in a mail, or nothing when it may not.

    Spaces, quotes, backslashes, controls and stray percent signs are percent-encoded.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    host = _ascii_host(parts.netloc)
    rest = text.split(parts.netloc, 1)[1]
    encoded = quote(_STRAY_PERCENT.sub("%25", rest), safe=_ALLOWED, errors="replace")
    return f"{parts.scheme}://{host}{encoded}" if host else ""


def _ascii_host(netloc: str) -> str:
    """Give the authority in ASCII; nothing when it names a user or is no host name."""
    if "@" in netloc or not re.fullmatch(r"[^\s\\\"'<>%]+", netloc):
        return ""
    try:
        return netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
