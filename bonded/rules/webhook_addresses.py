"""Where a webhook may go: to a public address over HTTPS, however the address is spelled, and nowhere else."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bonded.rules.errors import InputInvalid

LONGEST_URL = 500
# Names that mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN's reserved `internal`).
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain", "invalid", "test")
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
# Of all IPv6 only this is handed out to the world (RFC 4291); addresses that wrap an IPv4 one lie outside, but for two.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_WRAPPING = (ipaddress.IPv6Network("2001::/23"), ipaddress.IPv6Network("2002::/16"))  # Teredo and its like, 6to4.
# Not for the public, though `is_global` of older Pythons says so: the way into 6to4 (RFC 7526), protocol assignments.
_SPECIAL = (ipaddress.IPv4Network("192.88.99.0/24"), ipaddress.IPv4Network("192.0.0.0/24"))
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")  # RFC 9637.
_PORTS = {"https": 443, "http": 80}


class AddressRefused(InputInvalid):
    """No webhook is sent to this address."""

    code = "webhook_address_refused"


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """Where a webhook goes: the host as TLS and the Host header name it, and the path with its query."""

    scheme: str
    host: str
    port: int
    path: str


def is_public(address: str) -> bool:
    """Say whether an IP address, as a resolver writes it, belongs to the public internet."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL)
    return parsed in _GLOBAL_UNICAST and not any(parsed in network for network in (*_WRAPPING, _DOCUMENTATION))


def webhook_address(url: str, *, may_be_private: bool = False) -> WebhookAddress:
    """Read where a webhook shall go, as far as the text alone tells; the host's addresses are looked at when sending.

    HTTPS only, no user and password, no fragment, a host name with a dot or a public IP address in its
    usual spelling. `may_be_private` also lets HTTP and private hosts pass. Raises AddressRefused.
    """
    scheme, host, port, path = _parts(url)
    if scheme != "https" and not (may_be_private and scheme == "http"):
        raise AddressRefused("A webhook goes to an https address.")
    if not may_be_private and not _may_be_public(host):
        raise AddressRefused("A webhook goes to a public host.", host=host[:100])
    return WebhookAddress(scheme, host, port or _PORTS[scheme], path)


def _parts(url: str) -> tuple[str, str, int | None, str]:
    # urlsplit drops some characters silently, which another reader of the same text would not.
    if len(url) > LONGEST_URL or not (url.isascii() and url.isprintable()) or " " in url or "\\" in url:
        raise AddressRefused(f"An address has up to {LONGEST_URL} printable ASCII characters.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise AddressRefused("The address can't be read.") from None
    if "@" in parts.netloc or "#" in url or port == 0 or not _is_host(host):
        raise AddressRefused("An address names a host, maybe a port and a path, and nothing else.")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return parts.scheme, host, port, path


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ip(host) and "%" not in host
    return _HOST_NAME.fullmatch(host) is not None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _may_be_public(host: str) -> bool:
    if _is_ip(host):
        return is_public(host)
    # Such a name is read as an IPv4 address in another spelling by some: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
    last = host.rpartition(".")[2]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        return False
    return "." in host and not any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)
