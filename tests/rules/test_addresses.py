"""Which machines may be called on somebody's behalf: those of the public, whatever they are disguised as."""

from ipaddress import ip_address, ip_network

import pytest

from mentorhub.rules.addresses import is_in, is_public, read

PUBLIC = [
    "93.184.215.14",
    "8.8.8.8",
    "100.63.255.255",
    "172.15.0.1",
    "172.32.0.1",
    "2606:2800:21f::1",
    "2a00::1",
]
NOT_PUBLIC = {
    "this network": ["0.0.0.0", "0.1.2.3"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "unspecified": ["::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"],
    "link-local": ["169.254.1.1", "fe80::1", "fe80::1%eth0"],
    "site-local": ["fec0::1"],
    "metadata": ["169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"],
    "behind a carrier": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "198.18.0.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"],
    "compatible": ["::7f00:1", "::10.0.0.1"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:5db8:d70e::1"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "translated": ["::ffff:0:127.0.0.1"],
    "segments": ["5f00::1"],
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_may_be_called(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("kind", "address"), [(kind, each) for kind, many in NOT_PUBLIC.items() for each in many]
)
def test_any_other_may_not(kind: str, address: str) -> None:
    assert not is_public(ip_address(address)), kind


def test_one_that_stands_for_a_public_ipv4_address_may() -> None:
    assert is_public(ip_address("64:ff9b::93.184.215.14"))
    assert is_public(ip_address("::ffff:93.184.215.14"))


def test_a_network_has_the_addresses_that_stand_for_its_own() -> None:
    networks = [ip_network("127.0.0.0/8"), ip_network("::1/128")]

    assert is_in(ip_address("::ffff:127.0.0.1"), networks)
    assert is_in(ip_address("::1"), networks)
    assert not is_in(ip_address("128.0.0.1"), networks)


def test_what_is_no_address_is_none() -> None:
    assert [read(text) for text in ("example.com", "127.1", "0x7f.0.0.1", "1.2.3.4:80", "")] == [None] * 5
