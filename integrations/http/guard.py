"""Which addresses may be reached: what the system lists, and what no list can allow (SSRF)."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot.errors import Invalid

Address = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}

# Never a place to send a check to, whatever is listed: "this network", link-local (the metadata
# service of most clouds), multicast, reserved and broadcast; then the metadata addresses that lie
# elsewhere: Azure's wire server, Alibaba, Oracle, AWS over IPv6.
NEVER = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"),
        *("::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128"),
    )
)
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215
OLD_COMPATIBLE = ip_network("::/96")  # RFC 4291 2.5.5.1, deprecated
INSIDE = (".internal", ".local", ".lan", ".home.arpa", ".svc", ".cluster.local")


class Reach(StrEnum):
    """How far away an address is."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"


class Origin(NamedTuple):
    """Scheme, host (lower case, no brackets) and port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Write it as the beginning of a URL."""
        return f"{self.scheme}://{self.authority}"


def split(url: str) -> tuple[Origin, str, str]:
    """Return the origin, the path and the query of a URL.

    Raises:
        Invalid: it is not a plain http(s) URL; what would let two readers see two hosts (user
            info, a backslash, a fragment) is refused, and so is a path that climbs.
    """
    if "${" in url:
        raise _invalid(url, "waits for a setting")
    if "\\" in url or "#" in url or not url.isascii() or not url.isprintable() or " " in url:
        raise _invalid(url, "has a character that a URL may not have")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _invalid(url, "cannot be read as a URL") from error
    if parts.scheme not in PORTS or not host:
        raise _invalid(url, "is not an http or https URL with a host")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise _invalid(url, "may not have a user, a password or an encoded host")
    path = parts.path or "/"
    if ".." in path.lower().replace("%2e", ".").split("/"):
        raise _invalid(url, "may not climb with ../")
    return Origin(parts.scheme, host, port or PORTS[parts.scheme]), path, parts.query


def _invalid(url: str, why: str) -> Invalid:
    return Invalid(f"`{url[:200]}` {why}.", field="url")


def listed(urls: Mapping[str, Any]) -> dict[str, Origin]:
    """Return name -> origin of a system's `urls`.

    One that waits for a setting, or is not HTTP (`redis://...`), is left out.
    """
    found = {}
    for name, url in urls.items():
        with suppress(Invalid):
            found[name] = split(str(url))[0]
    return found


def admit(origin: Origin, urls: Mapping[str, Any]) -> None:
    """Let through an origin that the system lists.

    Raises:
        Invalid: it does not.
    """
    known = listed(urls)
    if origin in known.values():
        return
    names = ", ".join(sorted({str(each) for each in known.values()})) or "none"
    message = (
        f"{origin} is not one of this system's urls ({names}). "
        "Whoever keeps its system.yml can list it there."
    )
    raise Invalid(message, field="url")


def permitted(host: str, private_hosts: Collection[str] = ()) -> frozenset[Reach]:
    """Return how far the addresses of a listed host may lie.

    A literal address is its own kind, `localhost` the loopback. Names that only exist inside (one
    label, `.internal`, `.svc`...) and those the system declares may be private. All others: public.
    """
    try:
        return frozenset({reach(ip_address(host))})
    except ValueError:
        pass
    if host == "localhost" or host.endswith(".localhost"):
        return frozenset({Reach.LOOPBACK})
    if "." not in host or host.endswith(INSIDE) or host in private_hosts:
        return frozenset({Reach.PUBLIC, Reach.PRIVATE})
    return frozenset({Reach.PUBLIC})


def refusal(address: str, allowed: Collection[Reach]) -> str | None:
    """Return why a resolved address may not be connected to; None when it may."""
    try:
        found = ip_address(address)
    except ValueError:
        return f"{address} is not an address"
    for each in (found, *_embedded(found)):
        if any(each.version == network.version and each in network for network in NEVER):
            return f"{address} is a link-local, metadata, multicast or reserved address"
    if reach(found) not in allowed:
        return f"{address} is a {reach(found)} address"
    return None


def reach(address: Address) -> Reach:
    """Return how far away an address is; one that carries an IPv4 address is as near as that."""
    near = [_plain_reach(each) for each in _embedded(address) or [address]]
    return max(near, key=list(Reach).index)


def _plain_reach(address: Address) -> Reach:
    if address.is_loopback:
        return Reach.LOOPBACK
    return Reach.PUBLIC if address.is_global else Reach.PRIVATE


def _embedded(address: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in (*NAT64, OLD_COMPATIBLE)):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
