"""How much, how long and how many: the bounds of every transport, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes, times are seconds. The defaults are the service's; tests set shorter times."""

    json_bytes: int = 1024 * 1024
    upload_bytes: int = 6 * 1024 * 1024
    upload_files: int = 10
    query_string_bytes: int = 32 * 1024
    message_bytes: int = 64 * 1024
    nesting: int = 64

    body_seconds: float = 10.0
    upload_seconds: float = 60.0
    # A refused body is still read for so long, or its sender would see a broken connection and no answer.
    linger_seconds: float = 2.0

    init_seconds: float = 10.0
    ping_seconds: float = 20.0
    silence_seconds: float = 60.0
    keep_alive_seconds: float = 12.0
    recheck_seconds: float = 1.0
    # A reader that takes nothing for so long is given up.
    stall_seconds: float = 20.0
    # An export holds a place and a snapshot of the database for as long.
    export_seconds: float = 600.0
    farewell_seconds: float = 3.0

    streams_per_address: int = 1000
    subscriptions_per_socket: int = 100
