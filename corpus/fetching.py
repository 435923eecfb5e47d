"""Pages and feeds from the web, each fetched because the user asked for it: in bounded time, of bounded size, and from
public addresses only.

Which addresses are connected to is decided in `corpus.network`, for the first request and for each redirect. Any port
may be named. Proxies that the environment names are not used: where they connect to is nobody's to check.
``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are heeded.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

import httpcore
import httpx

from corpus.errors import FetchError, UndecodableText
from corpus.network import Network, Resolver, addresses
from corpus.readers.source import MAX_FILE_BYTES, Source, decode

_MAX_URL = 2000  # characters; what browsers and servers agree on
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_PIECE = 65_536  # bytes that are unpacked at a time
_LONGEST_WAIT = 7 * 86_400.0  # seconds; a server that asks for more is mistaken
_ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/pdf, */*;q=0.5"

_SAVE = "Open it in a browser, save the page, and add the file."
_LATER = "Try again later."
_STATUSES = {
    401: ("wants a login", _SAVE),
    402: ("wants to be paid", _SAVE),
    403: ("refuses programs, or wants a login", _SAVE),
    404: ("has no such page", "Check the address."),
    406: ("has no form of the page that Dossier reads", _SAVE),
    410: ("has taken the page away", "Check whether it moved."),
    429: ("has had too many requests", _LATER),
    451: ("may not show the page, for legal reasons", ""),
    503: ("is overloaded or being repaired", _LATER),
}
# Kinds whose bytes do not always say their encoding themselves. XML does, or is UTF-8.
_TEXTS = frozenset({"text/plain", "text/markdown", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may take and where it may go.

    Attributes:
        max_bytes: of the page, unpacked.
        timeout: seconds for all of it: names, redirects, the last byte of the page.
        private_addresses: whether hosts may be asked that are not on the public Internet.
        user_agent: who servers are told is asking; ``Dossier/<version>`` if empty.
    """

    max_bytes: int = MAX_FILE_BYTES
    timeout: float = 30.0
    private_addresses: bool = False
    user_agent: str = ""


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered.

    Attributes:
        asked: the address that was asked for.
        url: the one that answered, after redirects.
        content_type: ``text/html`` and the like, in lower case, without parameters; None if the server states none.
        charset: the encoding that the server states.
        etag, modified: what to give to the next `fetch` of the same address.
    """

    asked: str
    url: str
    data: bytes = field(repr=False)
    content_type: str | None = None
    charset: str | None = None
    etag: str | None = None
    modified: str | None = None

    def source(self, mapping: Mapping[str, str] | None = None) -> Source:
        """As what readers read. A text whose encoding only the server stated comes as marked UTF-8."""
        data = self.data
        if self.charset and self.content_type in _TEXTS:
            with suppress(UndecodableText):
                data = decode(data, self.charset).encode("utf-8-sig")
        return Source(self.asked, self.asked, data, self.url, mapping or {}, self.content_type)


def fetch(
    url: str,
    limits: Limits = DEFAULT_LIMITS,
    *,
    etag: str | None = None,
    modified: str | None = None,
    resolve: Resolver = addresses,
) -> Fetched | None:
    """One page or feed; None if it is still as it was when it gave this ``etag`` or ``modified``.

    Args:
        resolve: gives the IP addresses of a host.

    Raises:
        FetchError: it cannot be had, or must not be asked for.
    """
    place, known = _address(url), {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = _introduction(limits) | {name: value for name, value in known.items() if value}
    cookies = httpx.Cookies()  # some sites pass on in circles without
    network = Network(limits.timeout, limits.private_addresses, resolve)
    with httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=network) as pool:
        for _ in range(_MAX_REDIRECTS + 1):
            request = httpx.Request("GET", place, headers=headers, cookies=cookies)
            with _in_words(place, limits), pool.stream("GET", _for_core(place), headers=request.headers.raw) as answer:
                stated = httpx.Headers(answer.headers)
                if answer.status in _REDIRECTS and "location" in stated:
                    _keep(cookies, request, stated)
                    place = _address(stated["location"], place)
                    continue
                if answer.status == _NOT_MODIFIED and (etag or modified):
                    return None
                _check_status(answer.status, place, stated)
                return _fetched(url, place, stated, _body(answer, stated, place, limits.max_bytes))
    raise FetchError(f"{place.host} passes on more than {_MAX_REDIRECTS} times.", hint=_SAVE)


def _address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """An address that may be asked, as far as it can be told before its host is resolved."""
    text = text.strip()
    if len(text) > _MAX_URL:
        raise FetchError(f"The address is longer than {_MAX_URL:,} characters.", hint="Copy it again.")
    try:
        url = (base.join(text) if base else httpx.URL(text)).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"“{text}” is no address.", hint="Copy it again, from http to the end.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise FetchError(f"“{text}” is no address on the web.", hint="Dossier fetches http:// and https:// addresses.")
    if url.port is not None and not 0 < url.port < 65_536:
        raise FetchError(f"There is no port {url.port}.", hint="Ports go from 1 to 65535.")
    if url.userinfo:
        raise FetchError(f"The address carries a name or a password for {url.host}.", hint="Leave them out.")
    return url


def _introduction(limits: Limits) -> dict[str, str]:
    try:
        name = f"Dossier/{version('dossier')}"
    except PackageNotFoundError:  # run from a folder, not installed
        name = "Dossier"
    # No packing but gzip: others unpack to any size at once.
    return {"User-Agent": limits.user_agent or name, "Accept": _ACCEPT, "Accept-Encoding": "gzip"}


def _for_core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _keep(cookies: httpx.Cookies, request: httpx.Request, stated: httpx.Headers) -> None:
    given = [("set-cookie", value) for value in stated.get_list("set-cookie")]
    cookies.extract_cookies(httpx.Response(200, headers=given, request=request))


def _fetched(asked: str, url: httpx.URL, stated: httpx.Headers, data: bytes) -> Fetched:
    kind = Message()
    kind["content-type"] = stated.get("content-type", "")
    etag, modified = (stated.get(name) for name in ("etag", "last-modified"))
    return Fetched(
        asked=asked,
        url=str(url),
        data=data,
        content_type=stated.get("content-type", "").partition(";")[0].strip().lower() or None,
        charset=kind.get_content_charset(),
        etag=etag if etag and etag.isascii() else None,  # what is not could not be sent back
        modified=modified if modified and modified.isascii() else None,
    )


# The body


def _body(answer: httpcore.Response, stated: httpx.Headers, url: httpx.URL, most: int) -> bytes:
    chunks: Iterable[bytes] = answer.iter_stream()
    packing = stated.get("content-encoding", "identity").strip().lower()
    if packing in {"gzip", "x-gzip"}:
        chunks = _unpacked(chunks)
    elif packing not in {"", "identity"}:
        raise FetchError(f"{url.host} packs the page as “{packing}”, which nobody asked for.", hint=_SAVE)
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise FetchError(
                f"The page at {url.host} is larger than {most / 1e6:.3g} MB.",
                hint="DOSSIER_FETCHING__MAX_BYTES allows more; or save the page, and add the file.",
            )
    return bytes(data)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Piece by piece, so that a little that unpacks to gigabytes is noticed long before it is all there."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: gzip
    for chunk in chunks:
        rest = chunk
        while rest:
            if unpacker.eof:  # another archive follows in the same stream
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield unpacker.decompress(rest, _PIECE)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise zlib.error("cut short")


# What went wrong, in words


def _check_status(status: int, url: httpx.URL, stated: httpx.Headers) -> None:
    if 200 <= status < 300:
        return
    trouble = ("is in trouble", _LATER) if status >= 500 else ("does not give the page", "Check the address.")
    what, hint = _STATUSES.get(status, trouble)
    wait = _asked_wait(stated.get("retry-after", "").strip())
    if wait is not None:
        hint = f"Try again in {_duration(wait)}."
    raise FetchError(f"{url.host} {what} ({status}).", hint=hint, wait=wait)


def _asked_wait(stated: str) -> float | None:
    """Seconds, from what a server writes as ``Retry-After``: a number of them, or a date."""
    if stated.isdecimal():
        return min(float(stated), _LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(stated)
    except ValueError:
        return None
    seconds = (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _duration(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"


@contextmanager
def _in_words(url: httpx.URL, limits: Limits) -> Iterator[None]:
    """Failures of a connection as FetchError."""
    try:
        yield
    except httpcore.TimeoutException as error:
        message = f"{url.host} did not give the page within {limits.timeout:.3g} seconds."
        raise FetchError(message, hint="Try again later; DOSSIER_FETCHING__TIMEOUT allows more.") from error
    except httpcore.ConnectError as error:
        if error.args and isinstance(error.args[0], ssl.SSLError):
            raise _untrusted(url, error.args[0]) from error
        message = f"{url.host} takes no connection ({error})."
        raise FetchError(message, hint="Check the address, and the network.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
        raise FetchError(f"What {url.host} sent was cut short or damaged ({error}).", hint="Try again.") from error


def _untrusted(url: httpx.URL, error: ssl.SSLError) -> FetchError:
    why = getattr(error, "verify_message", "") or error.reason or "no common protocol"
    return FetchError(
        f"{url.host} cannot prove to be {url.host} ({why}).",
        hint="If its certificate is of your own organisation, name the file of its authority in SSL_CERT_FILE.",
    )
