"""Which characters do these bytes stand for?

BOM, then HTTP's charset, then the document's own declaration, then UTF-8, then cp1252. ISO-8859-1
means cp1252 (WHATWG Encoding, "Names and labels"); a label that the bytes contradict is passed
over.
"""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = {"iso8859-1", "iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii", "cp1252"}
_DANGEROUS = {"utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"}
_CP1252 = {byte: bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 160)}
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)


def decode(body: bytes, *, charset: str = "") -> str:
    """Decode bytes; `charset` is what the transport said. Never fails."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace").removeprefix("\ufeff")
    wide = _wide(body)
    for label in (charset, _declared(body), wide, "utf-8"):
        text = _strictly(body, label, wide=bool(wide))
        if text is not None:
            return text
    return _loosely(body)


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:4096])
    return (found[1] or found[2]).decode("ascii") if found else ""


def _wide(body: bytes) -> str:
    """Recognise UTF-16 without a BOM by its zeros: every other byte of Latin script."""
    sample = body[:400]
    if len(sample) < 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.35 and even < len(sample) * 0.05:
        return "utf-16-le"
    if even > len(sample) * 0.35 and odd < len(sample) * 0.05:
        return "utf-16-be"
    return ""


def _strictly(body: bytes, label: str, *, wide: bool) -> str | None:
    """Decode as labelled, None where the label is unknown, hostile or contradicted by the bytes."""
    name = _codec(label)
    if not name or name in _DANGEROUS or name.startswith(("utf-16", "utf-32")) != wide:
        return None
    if name in _LATIN:
        return _utf8(body) or _cp1252(body)
    try:
        return body.decode(name)
    except (UnicodeDecodeError, ValueError):
        return None


def _codec(label: str) -> str:
    try:
        found = codecs.lookup(label.strip().strip("\"'")) if label.strip() else None
    except (LookupError, ValueError):
        return ""
    # Python's own flag against bytes-to-bytes codecs such as `zlib`: a bomb in a label.
    return found.name if found and getattr(found, "_is_text_encoding", False) else ""


def _utf8(body: bytes) -> str | None:
    """Decode UTF-8 that Latin-1 was claimed for: accents are valid UTF-8 only on purpose."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _cp1252(body: bytes) -> str:
    """Decode all 256 bytes, as browsers do: the five undefined ones are control characters."""
    return body.decode("latin-1").translate(_CP1252)


def _loosely(body: bytes) -> str:
    """Decode what is neither: UTF-8 with wounds, or else cp1252."""
    wounded = body.decode("utf-8", "replace")
    wounds = wounded.count("\N{REPLACEMENT CHARACTER}")
    whole = sum(1 for character in wounded if character > "\x7f") - wounds
    return wounded if whole > wounds else _cp1252(body)
