"""Which parts of a text are no prose? Addresses, paths, file names, times, a machine's tokens."""

import re

THIN = "\u202f"
"""Narrow no-break space."""
WIDE = "\u00a0"
"""No-break space."""
SPACES = f" {WIDE}{THIN}\u2009"
STAND_IN = "\ua66e"
"""Stands for what is sheltered: a letter (of one Slavonic manuscript), so that rules see a word."""
_JOINER = "\u2060"

_INSIDE = r"[^\s<>«»“”\"…]"
_END = r"[^\s<>«»“”\"….,;:!?)\]'’]"
"""Not the last sign of an address: punctuation there is the sentence's."""
_NAMES = (
    "pdf|docx?|xlsx?|pptx?|odt|csv|txt|md|eml|jpe?g|png|gif|svg|webp|mp[34]|zip|exe|py|js|json|xml|ya?ml"
    "|html?|com|org|net|info|gov|edu|int|io|eu|fr|uk|us|de|be|ch|ca|sn|ml|ne|bf|td|ci|ma|dz|tn|example"
)
"""Ends of file names and of domains."""

_UNTOUCHED = re.compile(
    rf"""
      {STAND_IN} | %%\w+%% | %\(\w+\)\w | &\#?\w+; | \{{\{{? [^\s{{}}]+ \}}
    | (?<![^\s«»“”"'’‘(\[<>,—–]) (?:                        # where a word begins
          (?: https?:// | ftps?:// | www\. ) (?:{_INSIDE}*{_END})
        | [\w.+'!\#$%&*/=?^{{|}}~-]{{1,64}}+ @ \w (?:[\w.-]*\w)?    # e-mail
        | [\#@] \w+
        | ~? / (?:[\w+-]{_INSIDE}*)? {_END}                  # /var/log
        | \\ {_INSIDE}* {_END}                               # \\server\share
        | \w [\w.-]*+ [:=\\] [\w\\/] (?:{_INSIDE}*{_END})?   # C:\dossier, rapport:v2.pdf, 14:30
        | (?:[\w-]++\.)+ (?:{_NAMES}) \b (?: [/?\#:] {_INSIDE}*{_END} )?
        | \d+h\d* [-/] \d+(?:h\d*)?                         # 8h-12h, 24h/24
        | [:;] -? [()DPp] (?!\w)                             # a face
      )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def sheltered(text: str) -> tuple[str, list[str]]:
    """Give the text with a stand-in for each part that is no prose, and those parts in order."""
    kept: list[str] = []

    def shelter(match: re.Match[str]) -> str:
        kept.append(match[0])
        return STAND_IN

    return _UNTOUCHED.sub(shelter, text), kept


def restored(prose: str, kept: list[str]) -> str:
    """Put back what was sheltered."""
    between = prose.split(STAND_IN)
    return between[0] + "".join(map("".join, zip(kept, between[1:], strict=True)))


def inert(text: str) -> str:
    r"""Take the meaning that a later machine sees out of `%%NAME%%`, `{{`, `{%` and `\u{`.

    A reader sees the same text: a word joiner (U+2060, no width) stands between the characters.
    """
    text = re.sub(r"%(?=%[A-Z_]+%%)", f"%{_JOINER}", text)
    text = re.sub(r"\{(?=[{%#])", f"{{{_JOINER}", text)
    return re.sub(r"\\(?=u\{)", lambda _: f"\\{_JOINER}", text)
