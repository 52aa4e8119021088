"""A machine that writes summaries: an OpenAI-compatible chat, whose answers a test gives."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson

from tests.servers import http
from tests.servers.http import Asked, Judged, LookAlike, Rules, Step

KEY = "key-of-the-machine"
MODEL = "small-one"


def running(
    record: Path,
    answer: Callable[[str], Any],
    *,
    script: Sequence[Step] = (),
    finish: str = "stop",
) -> AbstractContextManager[LookAlike]:
    """Run one in a thread of this process; `answer` makes the content from the article's text."""

    def judge(asked: Asked, number: int) -> Judged:
        if (asked.method, asked.path) != ("POST", "/v1/chat/completions"):
            return Judged(status=404, body={"error": {"message": "no such page"}})
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return Judged(status=401, body={"error": {"message": "who are you?"}})
        request = orjson.loads(asked.body)
        content = answer(request["messages"][-1]["content"])
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        body = {"id": f"chat-{number}", "object": "chat.completion", "choices": [choice]}
        return Judged(status=200, body=body, request=request)

    rules = Rules(
        url=lambda port: f"http://127.0.0.1:{port}/v1",
        judge=judge,
        refusal=lambda _, message: {"error": {"message": message}},
    )
    return http.running(rules, record, script=script)
