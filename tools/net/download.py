"""`download`, for `GuardedFetcher`: one GET that refuses private addresses, large bodies and long redirect chains."""

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ...graph.errors import InvalidInput
from ...graph.settings import MEGABYTE, Settings
from .addresses import is_public
from .certificates import certificates
from .configured_transport import limit_body
from .ssrf_guard import AddressCheck, GuardedTransport
from .transport_errors import PrivateAddress, ResponseTooLarge, TransportRefusal

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 3


class Unreachable(InvalidInput):
    """The URL can't be read: no such host, no response in time, or an error status."""


class Download(NamedTuple):
    """The content of a URL."""

    data: bytes
    media_type: str
    """As the server declares it, without parameters; empty when it declares none."""


async def download(url: str, settings: Settings, allowed: AddressCheck = is_public) -> Download:
    """GET `url`, connecting to the very address that was checked (see `ssrf_guard.py`). Raises `InvalidInput`.

    `allowed` checks every address, those of redirects included, unless `settings.allow_private_urls`. Proxies and `.netrc`
    of the environment are not used; `settings.fetch_proxy` is.
    """
    client = await asyncio.to_thread(_client, settings, allowed)  # imports httpx, and reads certificates
    import httpx

    try:
        async with client, asyncio.timeout(settings.fetch_timeout):
            return await _follow(client, url, settings.max_file_bytes)
    except PrivateAddress as error:
        raise InvalidInput(
            f"{url} leads to {error.address}, an address of this machine or a private network",
            hint="Download the file and name it by its path, or set HUGGINGGPT_ALLOW_PRIVATE_URLS=1.",
        ) from None
    except ResponseTooLarge as error:
        raise too_large(urlsplit(url).path.rsplit("/", 1)[-1] or url, error.size, settings.max_file_bytes) from None
    except TransportRefusal as error:
        raise InvalidInput(error.message, hint=error.hint) from None
    except (TimeoutError, httpx.TimeoutException):
        raise Unreachable(
            f"{url} took longer than {settings.fetch_timeout:g} s", hint="Download the file and name it by its path."
        ) from None
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidInput(f"{url} is not a URL that can be read: {error}") from None
    except httpx.HTTPError as error:
        raise Unreachable(
            f"{url} can't be reached: {error or type(error).__name__}", hint="Is the address right, and are you online?"
        ) from None


def _client(settings: Settings, allowed: AddressCheck) -> "httpx.AsyncClient":
    import httpx

    transport: Any = GuardedTransport(httpx, None if settings.allow_private_urls else allowed, settings.fetch_proxy)
    certificates()
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(settings.fetch_timeout),
        headers={"user-agent": "hugginggpt", "accept-encoding": "identity"},
    )


async def _follow(client: "httpx.AsyncClient", url: str, limit: int) -> Download:
    target = client.build_request("GET", url).url
    for _ in range(MAX_REDIRECTS + 1):
        if (target.port or 80) > 65535:
            raise InvalidInput(f"{url} leads to {target}, and there is no port {target.port}")
        if target.scheme not in ("http", "https") or not target.host:
            raise InvalidInput(f"{url} leads to {target}; only http and https URLs are read")
        async with client.stream("GET", target) as response:
            if not response.has_redirect_location:
                return await _read(response, url, limit)
            target = target.join(response.headers["location"])
    raise InvalidInput(f"{url} redirects more than {MAX_REDIRECTS} times")


async def _read(response: "httpx.Response", url: str, limit: int) -> Download:
    """The body, up to the limit; a compressed one counts by its decompressed size."""
    import httpx

    if response.is_error:
        raise Unreachable(
            f"{url} answers {response.status_code} {response.reason_phrase}".rstrip(),
            hint="Is the address right, and can it be read without signing in?",
        )
    limit_body(httpx, response.request, response, limit, None)
    return Download(await response.aread(), response.headers.get("content-type", "").partition(";")[0].strip().lower())


def too_large(label: str, size: int, limit: int) -> InvalidInput:
    """The error for a file over the limit."""
    return InvalidInput(
        f"{label} has {size / MEGABYTE:.1f} MB or more, and at most {limit / MEGABYTE:.1f} MB are read",
        hint="Make it smaller, or raise HUGGINGGPT_MAX_FILE_BYTES.",
    )
