"""Which addresses may be connected to, and how.

A page or a redirect may name any place at all: the router at home, a service on this machine, what a cloud tells its
machines about themselves. So names are resolved here; every address that a name has must be public; and the connection
goes to one of exactly those addresses, so that no second look-up can answer otherwise (TLS still checks the name).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread

import httpcore

from corpus.errors import FetchError

# Besides what `ipaddress` knows to be private, reserved or multicast, in all its versions.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # between a provider and its customers
            "168.63.129.16/32",  # what Azure tells its machines
            "192.0.0.0/24",  # protocol assignments, and what Oracle's cloud tells its machines
            "192.88.99.0/24",  # relays from IPv6 to IPv4
            "::ffff:0:0/96",  # IPv4 written as IPv6
            "64:ff9b:1::/48",  # NAT64 within a network
            "2001::/32",  # Teredo: IPv4 inside
            "2002::/16",  # 6to4: IPv4 inside
            "fec0::/10",  # within a site
        ),
    )
)
_NAT64 = ip_network("64:ff9b::/96")  # how a network without IPv4 writes the public IPv4 addresses

Resolver = Callable[[str], Sequence[str]]


def addresses(host: str) -> list[str]:
    """The IP addresses of a host, the preferred one first.

    Raises:
        OSError, UnicodeError: there is no host of that name, or it is no name.
    """
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to one host on the public Internet.

    Raises:
        ValueError: it is none.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        ip = IPv4Address(ip.packed[-4:])
    special = ip.is_multicast or ip.is_reserved or any(ip in network for network in _NOT_PUBLIC)
    return ip.is_global and not special


@dataclass(slots=True)
class Network(httpcore.NetworkBackend):
    """Connects to public addresses only, and lets nothing on a connection outlast the whole fetch's time.

    Attributes:
        timeout: seconds from now for all connections together.
        private_addresses: whether hosts may be asked that are not on the public Internet.
        resolve: gives the IP addresses of a host.
    """

    timeout: float
    private_addresses: bool
    resolve: Resolver
    _ends: float = field(init=False)  # by the monotonic clock
    _sockets: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.timeout

    def left(self) -> float:
        """Seconds that are left, always more than 0."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise httpcore.TimeoutException
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._checked(host)
        while True:
            address = found.pop(0)
            share = self.left() / (len(found) + 1)  # a dead address leaves time for the others
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not found:
                    raise
            else:
                return _Stream(stream, self.left)

    def _checked(self, host: str) -> list[str]:
        """The addresses of a host, all of which may be asked."""
        found = self._resolved(host)
        for address in found:
            if not self.private_addresses and not is_public(address):
                raise FetchError(
                    f"{host} is at {address}, which is not on the public Internet.",
                    hint="If you mean to fetch from there, set DOSSIER_FETCHING__PRIVATE_ADDRESSES=true.",
                )
        return found

    def _resolved(self, host: str) -> list[str]:
        """Asked in a thread, since a look-up has no time limit of its own."""
        answer: Future[Sequence[str]] = Future()

        def ask() -> None:
            try:
                answer.set_result(self.resolve(host))
            except (OSError, UnicodeError) as error:
                answer.set_exception(error)

        Thread(target=ask, daemon=True).start()
        try:
            found = list(answer.result(self.left()))
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except (OSError, UnicodeError) as error:
            raise _unknown(host) from error
        if not found:
            raise _unknown(host)
        return found


def _unknown(host: str) -> FetchError:
    return FetchError(f"There is no host {host}, or no connection.", hint="Check the address, and the network.")


@dataclass(slots=True)
class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends when the whole fetch must."""

    inner: httpcore.NetworkStream
    left: Callable[[], float]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self.left())

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self.inner.start_tls(ssl_context, server_hostname, self.left()), self.left)

    def get_extra_info(self, info: str) -> object:
        return self.inner.get_extra_info(info)
