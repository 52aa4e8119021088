"""Who wrote an article, and as what? `Par Awa Diallo, envoyée spéciale à Gao`."""

import re

LONGEST = 500
"""Characters of a byline that are read."""
_BADGE = re.compile(r"\s*[^\w\s.,;:!?'’\"()&/@+«»…%-]+\ufe0f?\s*")
_OPENING = re.compile(
    r"^(?:(?:écrit|rédigé|publié|signé|proposé|posté|propos recueillis|written|posted)\s+)?"
    r"(?:par|by)\s*:?\s+(?=\w)|^(?:auteur|author|texte|text)\s*:\s*",
    re.IGNORECASE,
)
_ROLE = (
    r"(?:(?:notre|nos|our|l['’])\s*)?(?:(?:grand|grande|chef|cheffe|senior|chief|staff|deputy|"
    r"special|africa|west\s+africa|world|political|foreign|security)\s+)*"
    r"(?:envoyée?s?\s+spéciale?s?(?:aux)?|correspondante?s?|journalistes?|reporters?|reportrices?"
    r"|rédact(?:eur|rice)s?|chroniqueu(?:r|se)|éditorialiste|pigiste|photographe|directeur|directrice"
    r"|chercheu(?:r|se)|stagiaire|correspondent|envoy|editor|writer|columnist|journalist|contributor"
    r"|freelancer)\b"
)
_AFTER = re.compile(rf"^(?P<name>[^,(]+?)\s*(?:,|\s[-–—]|\()?\s+(?P<role>{_ROLE}[^()]*)\)?$", re.I)
_BRACKETED = re.compile(rf"^(?P<name>[^,(]+?)\s*\((?P<role>{_ROLE}[^()]*)\)$", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?P<role>{_ROLE}[^,]*)\s*,\s*(?P<name>\w[^,]+)$", re.IGNORECASE)
_PLACED = re.compile(r"^(?P<name>[^,(]+?)\s*\((?:à|en|au|aux|in|from)\s[^()]*\)$", re.IGNORECASE)
_POSSESSIVE = re.compile(r"^(?:notre|nos|our|l['’])\s*", re.IGNORECASE)


def name_and_role(text: str) -> tuple[str, str]:
    """Split `MANAA Norredine 🔶 Journaliste`; an address in a name is dropped, it is personal."""
    text = text[:LONGEST]  # the pattern is quadratic in a word without an @
    bare = _OPENING.sub("", re.sub(r"[<(\[]?\S+@\S+[>)\]]?", "", text).strip())
    named = re.fullmatch(r"\(([^()]+)\)", bare)  # RSS: `box@example.org (Name)`
    parts = [part.strip(" ,;-") for part in _BADGE.split(named[1] if named else bare)]
    parts = [part for part in parts if part]
    if len(parts) != 1:
        return (parts[0] if parts else "", ", ".join(parts[1:]))
    return _in_words(parts[0])


def _in_words(byline: str) -> tuple[str, str]:
    """Part a name from a role that stands beside it without a badge; of several names none."""
    for pattern in (_BRACKETED, _BEFORE, _AFTER):
        if found := pattern.match(byline):
            return found["name"], _POSSESSIVE.sub("", found["role"]).strip()
    placed = _PLACED.match(byline)
    return (placed["name"] if placed else byline), ""
