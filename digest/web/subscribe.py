"""How does a stranger ask for a newsletter? By a form here, or by its copy on another site.

The answer to a request that was taken is one page, the same bytes for whoever it is about: what
follows is told by mail alone (digest.pipeline.signing_up). No cookie, no log-in, no script.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from digest.pipeline import signing_up
from digest.web.form import Form, mistakes, origin_of, read_form, version_of
from digest.web.offers import Offer, Words, offers, theme_titles, words
from digest.web.pages import Pages
from digest.web.reading import about_of
from digest.web.security import small_body
from subscribers.addresses import read_address
from subscribers.model import Evidence


def subscribe_routes(pages: Pages) -> APIRouter:
    """Give /subscribe and /subscribe/embed."""
    router = APIRouter()

    @router.api_route("/subscribe", methods=["GET", "HEAD", "POST"])
    def show_or_ask(request: Request, body: Annotated[bytes, Depends(small_body)]) -> Response:
        known = offers(pages)
        if not known:
            return pages.notice(request, 404, "not_found")
        if request.method != "POST":
            return _offered(_show(pages, known, Form(language=pages.language(request)), ()))
        return _asked(pages, request, known, read_form(body, pages.language(request)))

    @router.api_route("/subscribe/embed", methods=["GET", "HEAD"])
    def show_snippets(request: Request) -> Response:
        return _snippets(pages, pages.language(request), offers(pages))

    return router


def _asked(pages: Pages, request: Request, known: dict[str, Offer], form: Form) -> Response:
    found = mistakes(form, known)
    if found:
        return _show(pages, known, form, found)
    if not form.bait:
        waits = signing_up.take_request(pages.newsroom, _taken(pages, request, known, form))
        if waits:
            seconds = str(int(waits.total_seconds()) + 1)
            page = pages.page("too_many.html", form.language, status=429)
            page.headers["Retry-After"] = seconds
            return page
    return pages.page("check_mail.html", form.language, address=form.address.strip())


def _taken(
    pages: Pages, request: Request, known: dict[str, Offer], form: Form
) -> signing_up.Request:
    offer = known[form.list_name or next(iter(known))]
    themes = tuple(name for name in offer.themes if name in form.themes)
    shown = _agreed(pages, known, offer, form)
    return signing_up.Request(
        address=read_address(form.address),
        list_name=offer.list_name,
        language=form.language,
        themes=() if set(themes) == set(offer.themes) else themes,
        evidence=Evidence(
            origin=origin_of(request, pages.newsroom.site_url, form),
            wording=shown.text,
            wording_version=shown.version,
            network=request.client.host if request.client else "",
        ),
    )


def _agreed(pages: Pages, known: dict[str, Offer], offer: Offer, form: Form) -> Words:
    """Find the sentence that was shown by its version; of one that is not ours, the version only.

    A copy on another site may be older than a newsletter's new name.
    """
    version = version_of(form)
    for shown in ([offer], [*known.values()]):
        ours = words(pages, form.page_language, shown)
        if ours.version == version:
            return ours
    return Words(text="", version=version)


def _show(pages: Pages, known: dict[str, Offer], form: Form, found: tuple[str, ...]) -> Response:
    language = form.page_language or form.language
    shown = [*known.values()]
    return pages.page(
        "subscribe.html",
        language,
        status=422 if found else 200,
        offers=shown,
        themes=theme_titles(pages, language, shown),
        wording=words(pages, language, shown),
        form=form,
        mistakes=found,
        site_url=pages.newsroom.site_url,
        about=_about(pages, known),
    )


def _offered(page: Response) -> Response:
    """Let search engines find the form; not an answer to one, which holds what somebody wrote."""
    page.headers.update({"X-Robots-Tag": "all", "Vary": "Accept-Language"})
    return page


def _about(pages: Pages, known: dict[str, Offer]) -> str:
    plans = pages.newsroom.schedule.newsletters.values()
    return " ".join(about_of(plan) for plan in plans if plan.list in known and plan.about)


def _snippets(pages: Pages, language: str, known: dict[str, Offer]) -> Response:
    template = pages.templates[language].get_template("snippet.html")
    snippets = [
        template.render(
            site_url=pages.newsroom.site_url,
            language=language,
            offer=offer,
            wording=words(pages, language, [offer]),
        )
        for offer in known.values()
    ]
    return pages.page("embed.html", language, snippets=snippets, offers=[*known.values()])
