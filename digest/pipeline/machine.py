"""How is a machine asked for a summary? One try at an OpenAI-compatible server, checked or refused.

POST {url}/chat/completions, as OpenAI documents it and llama.cpp, vLLM and Ollama serve it.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from functools import partial
from time import monotonic
from typing import Any

import httpx
import orjson
import structlog

from digest.collect.language import detect
from digest.compose.wording import language_name
from digest.deliver.providers.urls import is_local
from digest.group.retelling import UNKNOWN, Retold, in_own_words, messages, refusal
from digest.model.article import Article

_LOG = structlog.wrap_logger(logging.getLogger("digest.summaries"))
_LARGEST_ANSWER = 64_000
"""Bytes: a summary has hundreds, with a machine's thoughts before it thousands."""
_GAP = re.compile(r"[ \t\r\n]+")
LONGEST_CALL = 30.0
"""Seconds from dialling to the answer's last byte."""


class AnswerError(Exception):
    """The machine could not be reached, or what it said is no answer."""


class Machine:
    """A summariser whose words are a machine's; where it fails, the article's own."""

    def __init__(self, url: str, model: str, key: str, *, longest: float = LONGEST_CALL) -> None:
        """Take the server's base URL, such as http://127.0.0.1:8080/v1, and a call's seconds."""
        self._url = httpx.URL(url.rstrip("/") + "/chat/completions")
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._longest = longest

    def __call__(self, article: Article) -> Retold:
        """Ask once for one article; say in the note why its own words stand instead."""
        try:
            text = self._asked(article)
        except AnswerError as failure:
            return self._own(article, str(failure), answered=False)
        why = refusal(text, article, partial(detect, expected=article.language))
        if why:
            return self._own(article, why)
        return Retold(text=text, machine_written=True)

    def _own(self, article: Article, why: str, *, answered: bool = True) -> Retold:
        _LOG.warning("summary_not_by_machine", article=article.id, why=why)
        own = in_own_words(article)
        return Retold(text=own.text, note=why, answered=answered)

    def _asked(self, article: Article) -> str:
        known = article.language not in UNKNOWN
        name = language_name(article.language, "en") if known else "the article's language"
        asked = {"model": self._model, "temperature": 0, "messages": messages(article, name)}
        try:
            with httpx.Client(
                timeout=self._longest,
                trust_env=not is_local(self._url.host),
                headers=self._headers,
            ) as client:
                return _text(b"".join(self._answer(client, asked)))
        except httpx.HTTPError as failure:
            reason = str(failure) or type(failure).__name__
            raise AnswerError(f"{self._url.host} does not answer: {reason}") from failure

    def _answer(self, client: httpx.Client, asked: Mapping[str, Any]) -> Iterator[bytes]:
        """Give the answer's bytes, up to a size and a moment: httpx limits each read alone."""
        until, size = monotonic() + self._longest, 0
        headers = {"Content-Type": "application/json"}
        with client.stream(
            "POST", self._url, content=orjson.dumps(asked), headers=headers
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                raise AnswerError(f"{self._url.host} answers {answer.status_code}")
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > _LARGEST_ANSWER:
                    raise AnswerError(f"the answer is over {_LARGEST_ANSWER} bytes")
                if monotonic() > until:
                    raise AnswerError(f"the answer took over {self._longest:.0f} seconds")
                yield chunk


def _text(body: bytes) -> str:
    """Read the summary out of an answer, on one line."""
    try:
        choice = orjson.loads(body)["choices"][0]
        text, reason = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError) as failure:
        raise AnswerError("the answer is no chat completion") from failure
    if not isinstance(text, str):
        raise AnswerError("the answer has no text")
    if reason == "length":
        raise AnswerError("the answer was cut short")
    return _GAP.sub(" ", text).strip()
