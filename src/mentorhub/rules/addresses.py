"""Addresses of machines: which of them belong to the public, and which must never be called on anybody's behalf.

The tables are IANA's registries of special-purpose addresses, not Python's `is_global`, which has changed its mind
between versions.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC: Final[tuple[Network, ...]] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network, the unspecified address
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT; some clouds' metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own services, the metadata of its machines among them
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
_UNICAST: Final = IPv6Network("2000::/3")
"""Outside it no IPv6 address is the public's: loopback, private, link-local and multicast ones are all there."""
_EMBEDDING: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4-mapped addresses and those of NAT64: what counts is the IPv4 address at their end."""


def read(text: str) -> Address | None:
    """The address that *text* is; None where it is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def plain(address: Address) -> Address:
    """The IPv4 address that *address* stands for, if it does for one; else itself."""
    if isinstance(address, IPv6Address) and any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether *address* can only be a machine of the public's."""
    address = plain(address)
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not is_in(address, _NOT_PUBLIC)


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    address = plain(address)
    return any(address in network for network in networks if network.version == address.version)
