"""How fast is an issue rendered: layout, templates, MJML and text, from stored content to mail?"""

import time
from datetime import UTC, datetime, timedelta

from digest.compose.brand import read_brand
from digest.compose.render import render
from digest.model.issue import Brief, Issue, IssueContent, IssueState, Mention, Section
from digest.resources import shipped
from digest.schedule.values import Newsletter, Sender, Site

RENDERS = 60
STORIES = 14
_DUE = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)

_SITE = Site(
    url="https://lettre.example",
    organisation="Observatoire du Sahel",
    postal_address="12 rue des Acacias\n75012 Paris",
    sender=Sender(name="Hebdo Sahel", address="lettre@lettre.example"),
)
_NEWSLETTER = Newsletter(
    title="Hebdo Sahel",
    language="fr",
    timezone="Europe/Paris",
    list="hebdo",
    draft="0 18 * * thu",
    send="53 6 * * fri",
    sections=("sahel-security", "diplomacy"),
)


def issues_per_s() -> float:
    """Render a 14-story issue over and over; give whole renders a second."""
    brand = read_brand(shipped("templates") / "brand.yaml")
    issue = _issue()
    render(issue, _NEWSLETTER, _SITE, brand, shipped("templates"))  # templates are compiled once
    start = time.perf_counter()
    for _ in range(RENDERS):
        render(issue, _NEWSLETTER, _SITE, brand, shipped("templates"))
    return RENDERS / (time.perf_counter() - start)


def _issue() -> Issue:
    briefs = tuple(_brief(number) for number in range(1, STORIES + 1))
    half = STORIES // 2
    content = IssueContent(
        subject="Mali : un convoi attaqué près de Tessit",
        preheader="Djibo de nouveau coupée du reste du pays",
        introduction="Une semaine de plus sur les routes du Liptako.\n\nBonne lecture !",
        sections=(
            Section(theme="sahel-security", title="Sécurité au Sahel", briefs=briefs[:half]),
            Section(theme="diplomacy", title="Diplomatie", briefs=briefs[half:]),
        ),
    )
    return Issue(
        id=1,
        newsletter="hebdo-sahel",
        number=1,
        slot=_DUE,
        state=IssueState.APPROVED,
        version=1,
        content=content,
        created_at=_DUE,
        changed_at=_DUE,
    )


def _brief(number: int) -> Brief:
    return Brief(
        story_id=number,
        article_ids=(number,),
        headline=f"Région {number} : « les routes restent coupées », dit l'autorité locale",
        url=f"https://presse.example/region/{number}?a=1&b=2",
        source="La Presse",
        language="fr" if number % 3 else "en",
        published_at=_DUE - timedelta(hours=number),
        precision="minute",
        summary="La route nationale est fermée depuis mardi ; aucun convoi ne passe. " * 4,
        minutes=3,
        also=tuple(
            Mention(source=name, title=f"Titre chez {name}", url="https://x.example", language="fr")
            for name in ("RFI", "Jeune Afrique")
        ),
        follows="Le mois dernier : les premiers barrages",
    )
