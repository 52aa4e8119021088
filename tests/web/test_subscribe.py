"""Asking for a newsletter: what a stranger sees, what is put down, and with which evidence."""

from dataclasses import replace
from datetime import datetime

from digest.pipeline.newsroom import Newsroom
from subscribers import lists
from tests.web.conftest import SCHEDULE, TestClient
from tests.web.strangers import AWA, asked, client_of


def with_two(newsroom: Newsroom) -> TestClient:
    """Give the browser of a newsroom with two lists."""
    one = SCHEDULE.newsletters["hebdo-sahel"]
    both = {"hebdo-sahel": one, "flash": one.model_copy(update={"list": "flash", "title": "Flash"})}
    return client_of(replace(newsroom, schedule=SCHEDULE.model_copy(update={"newsletters": both})))


def test_the_form_is_labelled_and_needs_no_script(browser: TestClient) -> None:
    page = browser.get("/subscribe", headers={"Accept-Language": "fr"}).text
    assert "<h1>S’abonner à «\u202fL’hebdo &lt;Sahel&gt;\u202f»</h1>" in page
    assert '<label for="address">' in page
    assert "J’accepte de recevoir" in page
    assert "<script" not in page
    assert 'value="fr" lang="fr" selected' in page
    english = browser.get("/subscribe", headers={"Accept-Language": "en"}).text
    assert 'value="en" lang="en" selected' in english


def test_looking_writes_nothing(browser: TestClient, newsroom: Newsroom) -> None:
    browser.get("/subscribe")
    browser.get("/subscribe/embed")
    browser.head("/subscribe")
    assert asked(newsroom) == []


def test_a_request_is_put_down_with_its_evidence(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get("/subscribe", headers={"Accept-Language": "en"}).text
    version = page.partition('name="wording" value="')[2][:16]
    form = {"address": f" {AWA} ", "list": "hebdo", "language": "fr", "theme": "sahel"}
    answer = browser.post("/subscribe", data=form | {"wording": version, "page_language": "en"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    [row] = asked(newsroom)
    assert (row["kind"], row["address"], row["list_name"]) == ("sign-up", AWA, "hebdo")
    assert row["language"] == "fr"
    evidence = row["details"]["evidence"]
    assert evidence["wording"].startswith("I agree to receive “L’hebdo <Sahel>” by email")
    assert evidence["wording_version"] == version
    assert evidence["origin"] == "form https://digest.example.org/subscribe"
    assert len(evidence["network_hash"]) == 32
    assert "testclient" not in str(row)


def test_the_sentence_of_another_language_has_another_version(browser: TestClient) -> None:
    versions = {
        browser.get("/subscribe", headers={"Accept-Language": one}).text.partition(
            'name="wording" value="'
        )[2][:16]
        for one in ("fr", "en")
    }
    assert len(versions) == 2


def test_words_that_are_not_ours_are_no_evidence(browser: TestClient, newsroom: Newsroom) -> None:
    for version in ("0123456789abcdef", "<b>I agree to everything"):
        browser.post("/subscribe", data={"address": AWA, "wording": version})
    told = [row["details"]["evidence"] for row in asked(newsroom)]
    assert [one["wording"] for one in told] == ["", ""]
    assert [one["wording_version"] for one in told] == ["0123456789abcdef", ""]


def test_a_form_on_another_site_is_taken_and_its_address_noted_without_its_query(
    browser: TestClient, newsroom: Newsroom
) -> None:
    come = {"Referer": "https://u:p@ong.example:8443/agir?mail=awa@x.org#f", "Origin": "null"}
    form = {"address": AWA, "from": "embed", "list": "hebdo"}
    assert browser.post("/subscribe", data=form, headers=come).status_code == 200
    assert (
        asked(newsroom)[0]["details"]["evidence"]["origin"] == "form https://ong.example:8443/agir"
    )


def test_the_snippet_posts_what_is_taken_as_shown(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get("/subscribe/embed", headers={"Accept-Language": "fr"}).text
    assert (
        "&lt;form method=&#34;post&#34; action=&#34;https://digest.example.org/subscribe&#34;"
        in page
    )
    version = page.partition("name=&#34;wording&#34; value=&#34;")[2][:16]
    form = {"address": AWA, "list": "hebdo", "language": "fr", "wording": version, "from": "embed"}
    browser.post("/subscribe", data=form)
    assert asked(newsroom)[0]["details"]["evidence"]["wording"].startswith("J’accepte de recevoir")


def test_of_several_newsletters_one_is_chosen(newsroom: Newsroom) -> None:
    with with_two(newsroom) as client:
        page = client.get("/subscribe").text
        assert page.count('type="radio" name="list"') == 2
        assert "la lettre que j’ai choisie" in page
        refused = client.post("/subscribe", data={"address": AWA})
        assert refused.status_code == 422
        assert '<a href="#list-1">' in refused.text
        assert client.post("/subscribe", data={"address": AWA, "list": "flash"}).status_code == 200
    assert [row["list_name"] for row in asked(newsroom)] == ["flash"]


def test_an_archived_list_takes_nobody(newsroom: Newsroom, now: datetime) -> None:
    with newsroom.database.write() as connection:
        lists.ensure(connection, "hebdo", "Hebdo", now)
        connection.exec_driver_sql("UPDATE lists SET archived_at = created_at")
    with client_of(newsroom) as client:
        assert client.get("/subscribe").status_code == 404
        assert client.post("/subscribe", data={"address": AWA}).status_code == 404
    assert asked(newsroom) == []


def test_themes_that_are_none_of_ours_are_left_out_and_all_of_them_are_none(
    browser: TestClient, newsroom: Newsroom
) -> None:
    browser.post("/subscribe", data={"address": AWA, "theme": ["sport", "x" * 900]})
    browser.post("/subscribe", data={"address": "b@readers.example", "theme": ["sahel"]})
    assert [row["details"]["themes"] for row in asked(newsroom)] == [[], []]


def test_search_engines_find_the_form_but_no_answer_to_one(newsroom: Newsroom) -> None:
    plan = SCHEDULE.newsletters["hebdo-sahel"].model_copy(update={"about": 'Le "Sahel" <lu>.'})
    schedule = SCHEDULE.model_copy(update={"newsletters": {"hebdo-sahel": plan}})
    with client_of(replace(newsroom, schedule=schedule)) as client:
        form = client.get("/subscribe", headers={"Accept-Language": "fr"})
        refused = client.post("/subscribe", data={"address": "nobody"})
        others = (client.post("/subscribe", data={"address": AWA}), client.get("/subscribe/embed"))
    assert (form.headers["x-robots-tag"], form.headers["vary"]) == ("all", "Accept-Language")
    assert "noindex" not in form.text
    assert '<link rel="canonical" href="https://digest.example.org/subscribe">' in form.text
    assert 'name="description" content="Le «\u202fSahel\u202f» &lt;lu&gt;."' in form.text
    for answer in (refused, *others):
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert '<meta name="robots" content="noindex' in answer.text


def test_a_form_that_takes_nobody_is_on_no_site_map(newsroom: Newsroom, now: datetime) -> None:
    with newsroom.database.write() as connection:
        lists.ensure(connection, "hebdo", "Hebdo", now)
        lists.archive(connection, "hebdo", now)
    with client_of(newsroom) as client:
        assert client.get("/subscribe").headers["x-robots-tag"].startswith("noindex")
        assert "/subscribe" not in client.get("/sitemap.xml").text
