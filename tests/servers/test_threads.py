import asyncio
import gc
import socket
import warnings

from tests.servers.threads import serving


async def answers_at_length(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"x" * 5_000_000)
    writer.close()


def test_a_connection_whose_answer_nobody_reads_is_closed_with_its_server() -> None:
    with serving(answers_at_length) as port:
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"\n")
        assert client.recv(1) == b"x"
    with client, warnings.catch_warnings():
        warnings.simplefilter("error")
        gc.collect()
