"""What asking for an article's own page came to so far."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PageTry:
    """How the page of one article stands."""

    article_id: int
    tries: int = 0
    """Since its source last changed the article."""
    not_before: datetime | None = None
    """It is asked again then; None: never."""
    outcome: str = ""
    """Why the article is not whole, in words; empty when it is."""
    entry: str = ""
    """Condensed: the article as its source gave it when the page was last read."""
    filled_at: datetime | None = None
    """The article's text is the page's since then; None: it is still the source's own."""
