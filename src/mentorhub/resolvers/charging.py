"""Who pays for an operation, and how it is charged: an estimate before it runs, what it came to afterwards."""

from ipaddress import IPv6Address, ip_address
from typing import Any

import orjson

from mentorhub.rates import Charge
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.viewers import Viewer

FIELDS_A_POINT = 10
MISREAD = 10
"""Points for a document that cannot be executed, or credentials that are none: both cost work."""


def payer_of(viewer: Viewer | None, address: str | None) -> str:
    """The access token, else the user, else the address; of IPv6 the network, since one customer has all of it."""
    if viewer is None:
        return f"address:{_network(address)}"
    return f"token:{viewer.token_id}" if viewer.token_id else f"user:{viewer.user_id}"


def _network(address: str | None) -> str:
    if address is None or ":" not in address:
        return address or ""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


async def take(desk: Desk, fields: int) -> Charge:
    """Charges whoever asks for what may be answered with so many *fields*."""
    return await desk.doors.rates.take(payer_of(desk.viewer, desk.origin.address), points_for(fields))


def settle(desk: Desk, charge: Charge, fields: int) -> int:
    """What *charge* came to, in points, for an answer of so many fields."""
    actual = points_for(fields)
    desk.doors.rates.settle(charge, actual)
    return actual


def untouched(desk: Desk, cost: int = 0) -> Charge:
    """For whoever is charged nothing."""
    allowance = desk.doors.rates.allowance
    return Charge(allowance, "", cost, allowance.points)


def wait_of(desk: Desk) -> int:
    """Seconds until whoever asks has anything left at all; 0 if now."""
    return desk.doors.rates.wait_of(payer_of(desk.viewer, desk.origin.address))


def fine(desk: Desk) -> None:
    desk.doors.rates.fine(payer_of(desk.viewer, desk.origin.address), MISREAD)


def points_for(fields: int) -> int:
    return max(1, -(-fields // FIELDS_A_POINT))


def fields_in(data: Any) -> int:
    """How many fields an answer has: what an estimate estimates."""
    count, waiting = 0, [data]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            count += len(value)
            waiting += [each for each in value.values() if type(each) in _NESTED]
        elif type(value) is list:
            waiting += [each for each in value if type(each) in _NESTED]
        elif type(value) is orjson.Fragment:
            waiting.append(orjson.loads(orjson.dumps(value)))
    return count


_NESTED = frozenset({dict, list, orjson.Fragment})
