import pytest

from digest.deliver.providers.outbox import Outbox
from digest.deliver.providers.rated import Rated, rate_of
from digest.deliver.providers.sendgrid import SendGrid
from digest.deliver.providers.urls import open_provider, read_url
from digest.errors import ConfigError
from tests.deliver.courier import Courier

SECRETS = {"SENDGRID_API_KEY": "SG.secret"}


@pytest.mark.parametrize(
    ("url", "name", "where"),
    [
        ("outbox://var/outbox", "outbox", "var/outbox/index.html"),
        ("outbox://./mail", "outbox", "mail/index.html"),
        ("outbox:///srv/mail%20box", "outbox", "/srv/mail box/index.html"),
        ("null://", "null", "nowhere (null://)"),
        ("sendgrid://", "sendgrid", "https://api.sendgrid.com"),
        ("sendgrid://api.eu.sendgrid.com", "sendgrid", "https://api.eu.sendgrid.com"),
        ("sendgrid://127.0.0.1:8080?tls=no", "sendgrid", "http://127.0.0.1:8080"),
        ("sendgrid://[::1]:8080?tls=no", "sendgrid", "http://[::1]:8080"),
        ("smtp://user:p%40ss@relay.example", "smtp", "relay.example:587"),
        ("smtps://user:pass@relay.example", "smtp", "relay.example:465"),
        ("smtp://127.0.0.1:2525?tls=no", "smtp", "127.0.0.1:2525"),
    ],
)
def test_a_url_opens_its_provider(url: str, name: str, where: str) -> None:
    provider = open_provider(url, secrets=SECRETS)
    assert (provider.name, provider.where) == (name, where)
    assert provider.capacity >= 1
    assert provider.workers >= 1


@pytest.mark.parametrize("scheme", ["outbox", "sendgrid", "smtp", "smtps", "null"])
def test_every_provider_may_be_given_a_rate_and_stays_itself(scheme: str) -> None:
    bare = open_provider(f"{scheme}://var/outbox", secrets=SECRETS)
    paced = open_provider(f"{scheme}://var/outbox?rate=2.5", secrets=SECRETS)
    assert (rate_of(bare), rate_of(paced)) == (None, 2.5)
    for name in ("name", "where", "capacity", "workers", "idempotent"):
        assert getattr(paced, name) == getattr(bare, name)


@pytest.mark.parametrize(
    ("members", "rate"),
    [
        ("sendgrid:// null://", None),
        ("sendgrid://?rate=50 null://", 50),
        ("sendgrid://?rate=50 null://?rate=5", 5),
    ],
)
def test_a_group_goes_at_the_rate_of_its_slowest_member(members: str, rate: float | None) -> None:
    assert rate_of(open_provider(f"failover({members})", secrets=SECRETS)) == rate


def test_a_paced_provider_still_has_whatever_only_it_can_do() -> None:
    class Pigeon(Courier):
        def coo(self) -> str:
            return "coo"

    courier = Pigeon()
    paced = Rated(provider=courier, rate=1)
    assert paced.coo() == "coo"
    paced.close()
    assert courier.closed == 1
    with pytest.raises(AttributeError):
        _ = paced.bark


def test_options_are_read() -> None:
    provider = open_provider("sendgrid://?capacity=100&workers=3", secrets=SECRETS)
    assert isinstance(provider, SendGrid)
    assert (provider.capacity, provider.workers) == (100, 3)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sendgird://", "did you mean 'sendgrid'"),
        ("pigeon://", "known are outbox, sendgrid, smtp"),
        ("var/outbox", "names no provider"),
        ("outbox://", "names no folder"),
        ("smtp://", "name the relay"),
        ("smtp://relay.example:port", "can't be read"),
        ("smtp://u:p@relay.example?tls=no", "would show the password"),
        ("smtp://relay.example?tls=maybe", "unknown tls 'maybe'"),
        ("sendgrid://relay.example?tls=no", "would show the key"),
        ("sendgrid://?capacity=1001", "from 1 to 1000"),
        ("sendgrid://?capacity=0", "from 1 to 1000"),
        ("null://?workers=many", "from 1 to 64"),
        ("outbox://x?capcity=5", "did you mean 'capacity'"),
        ("null://?rate=0", "rate=0 of null:// is no number of recipients a second"),
        ("null://?rate=", "rate= of null://"),
        ("null://?rate=-1", "rate=-1"),
        ("null://?rate=fast", "rate=fast"),
        ("null://?rate=nan", "rate=nan"),
        ("smtp://relay.example?rate=1e3", "rate=1e3"),
    ],
)
def test_a_wrong_url_is_refused_with_the_cure(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("?", r"\?").replace("(", r"\(")):
        open_provider(url, secrets=SECRETS)


@pytest.mark.parametrize("secrets", [{}, {"SENDGRID_API_KEY": ""}, {"SENDGRID_API_KEY": "a\nb"}])
def test_without_a_usable_key_sendgrid_is_refused(secrets: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="SENDGRID_API_KEY"):
        open_provider("sendgrid://", secrets=secrets)


@pytest.mark.parametrize("url", ["smtp://user:hush-hush@relay.example", "sendgrid://"])
def test_nothing_shows_a_secret(url: str) -> None:
    provider = open_provider(url, secrets={"SENDGRID_API_KEY": "hush-hush"})
    shown = repr(provider) + repr(read_url(url)) + provider.where + repr(vars(provider))
    assert "hush-hush" not in shown


def test_an_outbox_that_is_a_file_is_refused(tmp_path: object) -> None:
    with pytest.raises(ConfigError, match="not a folder"):
        open_provider(f"outbox://{__file__}", secrets={})
    assert isinstance(open_provider(f"outbox://{tmp_path}", secrets={}), Outbox)
