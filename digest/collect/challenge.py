"""Is this answer a challenge to prove that one is no program? Then we stop: we imitate nobody."""

import re
from collections.abc import Mapping

_CERTAIN = re.compile(
    rb"cf-chl-|cdn-cgi/challenge-platform|_cf_chl_opt|<title>\s*just a moment"
    rb"|attention required! \||checking (?:if the site connection|your browser)"
    rb"|enable javascript and cookies to continue|ddos-guard|_incapsula_resource"
    rb"|sucuri_cloudproxy|px-captcha|anubis_challenge",
    re.IGNORECASE,
)
_LIKELY = re.compile(
    rb"captcha|perimeterx|datadome|verify (?:that )?you are (?:a )?human|not a (?:bot|robot)"
    rb"|v\xc3\xa9rifi\w+ que vous \xc3\xaates (?:un )?humain",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000  # bytes
_REFUSED = {401, 403, 429, 503}


def is_challenge(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell a challenge page from an honest refusal and from content."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    start = body[:_LOOKED_AT]
    if not re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)", start, re.IGNORECASE):
        return False
    # An article's comment form may hold a captcha: it alone proves something only on a refusal.
    certain = len(body) < 4 * _LOOKED_AT and _CERTAIN.search(start) is not None
    return certain or (status in _REFUSED and _LIKELY.search(start) is not None)
