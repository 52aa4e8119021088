"""How does an issue tell one story? Its lead article, the other voices, what it follows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil

from digest.compose.shortening import excerpt, headline
from digest.model.article import Article
from digest.model.issue import Brief, Mention
from digest.model.story import Story
from digest.schedule.values import Schedule

WORDS_A_MINUTE = 230
"""Silent reading of French and English prose (Brysbaert 2019, Journal of Memory and Language)."""
MENTIONS = 5
HEADLINE = 200
"""Characters; only a page's whole text taken for its title is longer."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What stories are told from."""

    articles: Mapping[int, Article]
    schedule: Schedule
    summarise: Callable[[Article], str]
    language: str
    """The readers' own: of a story's articles, one in it leads."""
    leads: frozenset[int] = frozenset()
    """Articles that an editor lets lead, in whatever language."""


def tell(story: Story, material: Material) -> Brief:
    """Tell a story; what it follows is added once the issue is known."""
    lead = leading(story, material)
    return Brief(
        story_id=story.id,
        article_ids=story.article_ids,
        headline=headline(lead.title, HEADLINE),
        url=lead.url,
        source=publisher(lead, material.schedule),
        author=lead.author,
        language=lead.language,
        published_at=lead.published.at,
        precision=lead.published.precision.value,
        summary=_summary(lead, material),
        minutes=max(1, ceil(len(lead.body.split()) / WORDS_A_MINUTE)),
        image_url=lead.image_url,
        image_alt=lead.image_alt,
        also=tuple(islice(_mentions(story, lead, material), MENTIONS)),
    )


def publisher(article: Article, schedule: Schedule) -> str:
    """Name an article's publisher as a reader should see it; a dropped text is its author's."""
    source = schedule.source(article.source)
    if source is None:
        return article.publisher or article.source
    own = article.author if source.folder else ""
    return article.publisher or own or source.title or article.source


def leading(story: Story, material: Material) -> Article:
    """Give the article an issue tells a story by.

    The story's lead, but one in the readers' language where there is one. What an editor
    lets lead leads.
    """
    own = [article for article in _voices(story, material) if article.language == material.language]
    lead = material.articles[story.lead_id]
    stays = lead.id in material.leads or lead.language == material.language
    return lead if stays or not own else own[0]


def _voices(story: Story, material: Material) -> Iterator[Article]:
    copies = {copy.article_id for copy in story.copies}
    for id_ in story.article_ids:
        if id_ not in copies and id_ in material.articles:
            yield material.articles[id_]


def _mentions(story: Story, lead: Article, material: Material) -> Iterator[Mention]:
    """Give one mention per publisher, none of the lead's own; copies are no voices."""
    seen = {publisher(lead, material.schedule).casefold()}
    for article in _voices(story, material):
        name = publisher(article, material.schedule)
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield Mention(
                source=name, title=article.title, url=article.url, language=article.language
            )


def _summary(lead: Article, material: Material) -> str:
    """Summarise within what the source's licence lets us show."""
    source = material.schedule.source(lead.source)
    text = " ".join(material.summarise(lead).split())
    if text.casefold().rstrip(".…") == lead.title.casefold().rstrip(".…"):
        return ""
    return excerpt(text, source.licence.excerpt) if source else text
