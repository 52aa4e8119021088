"""What does an error of the HTTP client mean, in words?"""

import aiohttp

from digest.collect.addresses import AddressRefused


def in_words(error: Exception) -> str:
    """Say in words what a client error means."""
    if leads_inside(error):
        return f"refused to dial: {_cause(error)}"
    return _sentence(error)


def leads_inside(error: Exception) -> bool:
    """Tell whether an address that is not public was about to be dialled."""
    return isinstance(_cause(error), AddressRefused)


def _cause(error: Exception) -> object:
    return getattr(error, "os_error", None) or error.__cause__


def _sentence(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"no such host: {error.host}"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return f"no secure connection to {error.host}: its certificate or TLS is not in order"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port}"
        case aiohttp.ServerDisconnectedError():
            return "the server hung up without an answer"
        case _:
            return f"no usable answer ({type(error).__name__})"
