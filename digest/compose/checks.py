"""Is an issue fit to be mailed? Looked at before it is approved; errors keep it from going."""

from collections.abc import Sequence

from digest.compose.anatomy import dissect
from digest.compose.preflight.content import content
from digest.compose.preflight.duties import duties
from digest.compose.preflight.finding import Finding
from digest.compose.preflight.form import form
from digest.compose.preflight.links import links
from digest.compose.preflight.names import names
from digest.compose.preflight.parity import parity
from digest.compose.preflight.repeats import repeats
from digest.compose.preflight.residue import edition_residue, template_residue, word_residue
from digest.compose.preflight.size import size
from digest.compose.preflight.spelling import slips
from digest.compose.told import Told
from digest.model.issue import Issue, IssueContent, RenderedEdition
from digest.schedule.values import Site

_NOTHING = Told()


def check_issue(
    issue: Issue, language: str, *, aliases: Sequence[Sequence[str]] = (), told: Told = _NOTHING
) -> list[Finding]:
    """Look over an issue's own words; `language` is its newsletter's, `told` what readers had."""
    return [
        *content(issue.content),
        *word_residue(issue.content),
        *slips(issue.content, language),
        *names(issue.content, aliases),
        *repeats(issue.content, told),
    ]


def check_edition(
    told: IssueContent, edition: RenderedEdition, site: Site, *, site_url: str
) -> list[Finding]:
    """Look over what some readers get; `told` is what it tells."""
    html = dissect(edition.html)
    return [
        *size(edition, site_url),
        *edition_residue(edition),
        *template_residue(edition, told),
        *duties(html, edition, site),
        *links(html, f"{site_url}/"),
        *parity(html, edition),
        *form(html),
    ]
