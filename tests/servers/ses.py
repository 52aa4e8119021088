"""An Amazon SES look-alike: keeps SendEmail's documented limits, fails on demand, records.

`with ses.running(folder / "ses") as api: … api.url`, with api.KEY's variables in the environment.
A script is a list of steps, one a request; after the last one every request is accepted.
"""

import asyncio
import base64
import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore.loaders import JSONFileLoader

from tests.servers.threads import serving

KEY = "AKIALOOKALIKE"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": "look-alike/secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""What a provider needs around it; nothing of this machine's own."""
PATH = "/v2/email/outbound-emails"
LARGEST_MAIL = 40_000_000
MOST_RECIPIENTS = 50
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/\d{8}/[a-z0-9-]+/ses/aws4_request, "
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+), Signature=[0-9a-f]{64}"
)
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"[!-?A-~]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
_KNOWN = {
    "ConfigurationOverrides",
    "ConfigurationSetName",
    "Content",
    "Destination",
    "EmailTags",
    "FromEmailAddress",
    "ReplyToAddresses",
}
_load = JSONFileLoader.load_file

Step = str | tuple[int, str, str]
ACCEPT = "accept"
RESET = "reset without accepting"
ACCEPT_RESET = "accept, then reset"
ACCEPT_500 = "accept, then answer 500"
ACCEPT_HANG = "accept, then say nothing"
ACCEPT_HALF = "accept, then send half an answer"
ACCEPT_EMPTY = "accept, then forget the MessageId"
GARBAGE = "answer what is no HTTP"
NO_JSON = "answer 200 with what is no JSON"
NO_OBJECT = "answer 200 with a list"


def error(status: int, code: str, message: str = "no") -> Step:
    """A step that accepts nothing and answers so."""
    return status, code, message


class LookAlike:
    """One server: its script, what it saw and what it accepted."""

    def __init__(self, record: Path) -> None:
        self.record = record
        self.script: list[Step] = []
        self.requests: list[dict[str, Any]] = []
        """Every accepted request, parsed."""
        self.calls = 0
        self.connections = 0
        self.port = 0
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @property
    def url(self) -> str:
        return f"ses://eu-west-1?endpoint=http://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """Every accepted mail."""
        return [_mail(request) for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request_line, headers = await _head(reader)
        self.calls += 1
        step = self.script.pop(0) if self.script else ACCEPT
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if isinstance(step, tuple):
            return _answer(writer, *step)
        if not step.startswith(ACCEPT):
            return _spoil(writer, step)
        if wrong := problem(request_line, headers, body):
            return _answer(writer, *wrong)
        self._accept(orjson.loads(body))
        match step:
            case _ if step == ACCEPT_500:
                return _answer(writer, 500, "InternalServiceError", "internal")
            case _ if step == ACCEPT_HANG:
                await asyncio.sleep(3600)
            case _ if step in {ACCEPT_RESET, ACCEPT_HALF}:
                return _spoil(writer, step)
        named = {} if step == ACCEPT_EMPTY else {"MessageId": f"m-{self.calls}"}
        return _write(writer, 200, orjson.dumps(named))

    def _accept(self, request: Any) -> None:
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        [address] = request["Destination"]["ToAddresses"]
        leave = str(_mail(request)["List-Unsubscribe"])
        os.write(self._file, f"{tags['attempt']} {address} {leave}\n".encode())
        os.fsync(self._file)
        self.requests.append(request)


def problem(request_line: str, headers: Mapping[str, str], body: bytes) -> Step | None:
    """Say what is wrong with a request, as the API does."""
    method, path, _ = request_line.split(" ", 2)
    if (method, path) != ("POST", PATH):
        return error(404, "UnknownOperationException")
    signature = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if signature is None or "x-amz-date" not in headers:
        return error(403, "IncompleteSignatureException", "the request is not signed")
    if not {"host", "x-amz-date"} <= set(signature["signed"].split(";")):
        return error(403, "InvalidSignatureException", "host and x-amz-date must be signed")
    if signature["key"] != KEY:
        message = "The security token included in the request is invalid."
        return error(403, "UnrecognizedClientException", message)
    return next((error(400, *wrong) for wrong in _wrongs(orjson.loads(body))), None)


def _wrongs(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    bad = "BadRequestException"
    people = [one for kind in request["Destination"].values() for one in kind]
    tags = [text for tag in request.get("EmailTags", []) for text in tag.values()]
    if not set(request) <= _KNOWN or set(request["Content"]) != {"Raw"}:
        yield bad, f"unknown fields in {sorted(request)}"
    if not 1 <= len(people) <= MOST_RECIPIENTS:
        yield bad, f"{len(people)} recipients"
    if not all(_ADDRESS.fullmatch(one) for one in people):
        yield bad, "Missing final '@domain'"
    if not all(_TAG.fullmatch(text) for text in tags):
        yield bad, "a tag has characters that are not allowed"
    yield from ((bad, words) for words in _mail_wrongs(request["Content"]["Raw"]["Data"]))


def _mail_wrongs(data: str) -> Iterator[str]:
    if len(data) > LARGEST_MAIL:
        yield "the message is longer than 40 MB"
    raw = base64.b64decode(data, validate=True)
    if not raw.isascii() or any(len(line) > 998 for line in raw.split(b"\r\n")):
        yield "the message has 8-bit characters or lines of more than 1000"
    mail = BytesParser(policy=default).parsebytes(raw)
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118 - names as often as they stand
    if len(set(names)) != len(names):
        yield "Duplicate header"
    if not {"from", "to", "subject", "mime-version", "content-type"} <= set(names):
        yield "a required header is missing"


def accepted(record: Path) -> list[str]:
    """Every address that was ever accepted, as often as it was."""
    lines = record.read_text().splitlines() if record.exists() else []
    return [line.split()[1] for line in lines]


@contextmanager
def running(record: Path, script: Sequence[Step] = ()) -> Iterator[LookAlike]:
    """Run one in a thread of this process, whose clients read botocore's large files once."""
    api = LookAlike(record)
    api.script = list(script)
    try:
        with serving(api.serve) as api.port, pytest.MonkeyPatch.context() as patched:
            patched.setattr(JSONFileLoader, "load_file", lambda _, path: _loaded(path))
            yield api
    finally:
        os.close(api._file)


@cache
def _loaded(path: str) -> Any:
    return _load(JSONFileLoader(), path)


def closed_port() -> int:
    """A port where nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _mail(request: Mapping[str, Any]) -> EmailMessage:
    raw = base64.b64decode(request["Content"]["Raw"]["Data"])
    mail = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    return mail


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return request_line, {name.lower(): value.strip() for name, _, value in pairs}


def _answer(writer: asyncio.StreamWriter, status: int, code: str, message: str) -> bool:
    return _write(writer, status, orjson.dumps({"message": message}), code)


def _write(writer: asyncio.StreamWriter, status: int, content: bytes, code: str = "") -> bool:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json", "x-amzn-RequestId: r-1"]
    lines += [f"x-amzn-ErrorType: {code}"] if code else []
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    return True


def _spoil(writer: asyncio.StreamWriter, step: str) -> bool:
    """Answer with what is no answer; give whether the connection goes on."""
    match step:
        case _ if step == ACCEPT_HALF:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{")
        case _ if step == GARBAGE:
            writer.write(b"\x00\x01 this is no answer\r\n\r\n")
        case _ if step == NO_JSON:
            return _write(writer, 200, b"<html>")
        case _ if step == NO_OBJECT:
            return _write(writer, 200, b"[1]")
        case _:
            writer.transport.abort()
    return False
