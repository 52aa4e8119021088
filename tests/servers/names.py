"""A name server on loopback: answers TXT from a book, or not at all."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset


@contextmanager
def serving_names(book: Mapping[str, Sequence[str]], *, silent: bool = False) -> Iterator[int]:
    """Run one for as long as the block lasts; give its port. A name not in the book is none."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _answering(book, silent=silent)) as udp:
        thread = threading.Thread(target=udp.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield udp.server_address[1]
        finally:
            udp.shutdown()
            thread.join()


def _answering(
    book: Mapping[str, Sequence[str]], *, silent: bool
) -> type[socketserver.BaseRequestHandler]:
    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, line = self.request
            if silent:
                return
            asked = dns.message.from_wire(data)
            answer = dns.message.make_response(asked)
            answer.flags |= dns.flags.RA
            name = asked.question[0].name
            texts = book.get(name.to_text(omit_final_dot=True))
            if texts is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif texts:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *texts))
            line.sendto(answer.to_wire(), self.client_address)

    return Answering
