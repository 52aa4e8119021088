"""How does the growth of readership look? One page that needs nothing else: plots and a table."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from markupsafe import Markup

from digest.compose.typography import typeset
from digest.compose.wording import direction
from digest.pipeline.growth import Growth, total
from digest.web.pages import Pages, brand_of
from digest.web.plots import HEIGHT, WIDTH, Plot, bar_plot

PLOTS = (("confirmed", "added", "left"), ("bounced", "complained"))


def growth_page(pages: Pages, growth: Growth, now: datetime, language: str) -> str:
    """Render the page in a language that we speak."""
    brand = brand_of(pages.newsroom)
    day = now.astimezone(ZoneInfo(growth.timezone)).date()
    values = {
        "language": language,
        "direction": direction(language),
        "name": typeset(brand.name or pages.newsroom.schedule.site.organisation, language),
        "list": growth.list,
        "readers": growth.readers,
        "day": format_date(day, "long", locale=language),
        "weeks": growth.weeks,
        "total": total(growth.weeks),
        "plots": [(names, _drawn(growth, names)) for names in PLOTS],
    }
    values["style"] = Markup(pages.style())  # noqa: S704 - of brand.yaml, which is checked
    values["small"] = Markup(brand.fonts.small)  # noqa: S704
    template = pages.templates[language].get_template("growth.html")
    return template.render(**values, **_tools(language))


def _drawn(growth: Growth, names: tuple[str, ...]) -> Plot:
    return bar_plot([[max(0, getattr(week, name)) for week in growth.weeks] for name in names])


def _tools(language: str) -> dict[str, Any]:
    def number(value: int) -> str:
        return format_decimal(value, locale=language)

    def short(monday: date) -> str:
        return format_skeleton("MMMd", monday, locale=language)

    return {"number": number, "short": short, "width": WIDTH, "height": HEIGHT}
