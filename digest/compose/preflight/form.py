"""Is an edition's HTML made as screen readers and mailboxes need it?"""

from collections.abc import Iterator

from digest.compose.anatomy import Anatomy
from digest.compose.brand import Brand
from digest.compose.contrast import ENOUGH, contrast
from digest.compose.preflight.finding import Code, Finding, error, note, warning


def form(html: Anatomy) -> Iterator[Finding]:
    """Ask for a language, a title, one h1, alt texts and tables that are not read as data."""
    if not html.language:
        yield _wrong("it names no language", 'write lang="…" on mjml')
    if not html.title.strip():
        yield _wrong("it has no title", "fill mj-title")
    if html.levels.count("h1") != 1:
        yield _wrong(f"it has {html.levels.count('h1')} h1", "one heading names the issue")
    if html.tables_as_data:
        yield _wrong("a layout table lacks role=presentation", "correct the template")
    if html.without_alt:
        what, cure = f"{html.without_alt} images have no alt", 'write alt="" at least'
        yield error(Code.IMAGE_ALT, "HTML", what, cure)
    for source in html.unsaid:
        what, cure = f"{source!r} is shown without a word of what it shows", "brand.yaml: images"
        yield warning(Code.IMAGE_ALT, "images", what, f"{cure}: none leaves it out")


def legible(brand: Brand) -> Finding:
    """Tell the least contrast of the brand's text colours; too little keeps it from being read."""
    grounds = [(p.ink, p.quiet, p.link, p.paper, p.page) for p in (brand.light, brand.dark)]
    least = min(
        contrast(text, ground)
        for *texts, one, other in grounds
        for text in texts
        for ground in (one, other)
    )
    what = f"text stands out from its background by {least:.1f} or more"
    return note(Code.CONTRAST, "brand", what, f"readers need {ENOUGH}")


def _wrong(what: str, cure: str) -> Finding:
    return error(Code.HTML_FORM, "HTML", what, cure)
