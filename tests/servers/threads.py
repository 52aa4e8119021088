"""A server of asyncio in a thread of the test's process, which leaves no connection open."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def serving(serve: Serve, *, longest_line: int = 2**16) -> Iterator[int]:
    """Serve each connection until the end of the `with`; give the port."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready, port = threading.Event(), [0]

    async def main() -> None:
        open_ones: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer)
            with suppress(ConnectionError):  # an answer that nobody reads on keeps it open
                await writer.wait_closed()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(attend(reader, writer))
            open_ones[task] = writer
            task.add_done_callback(open_ones.pop)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=longest_line)
        port[0] = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        # A task that is cancelled before its first step closes nothing itself.
        for task, writer in list(open_ones.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.sleep(0)

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(main())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
