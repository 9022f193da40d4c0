"""How long signing in takes, for known and for unknown addresses, and how long it keeps others waiting.

    .venv/bin/python benchmarks/sign_in.py [--database URL] [--rounds N]

Measures the service's own parts in one process: the real database, the real parameters of Argon2id, no wire.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from pydantic import SecretStr

from mentorhub.db import migrations
from mentorhub.execution import Engine
from mentorhub.house import House
from mentorhub.resolvers import accounts
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.vocabulary import Role
from mentorhub.schema import build_engine
from mentorhub.settings import Settings
from mentorhub.web.approach import Approach

SIGN_IN = """
mutation ($email: EmailAddress!) {
  signIn(input: {email: $email, password: "not the right one"}) { token userErrors { code message field } }
}
"""
SIGN_UP = """
mutation ($email: EmailAddress!) {
  signUp(input: {name: "Somebody", email: $email, password: "a long walk in the rain"}) {
    sentTo userErrors { code message field }
  }
}
"""
RESET = "mutation ($email: EmailAddress!) { requestPasswordReset(input: {email: $email}) { sentTo } }"
ALIVE = "{ __typename }"


class Service:
    def __init__(self, house: House) -> None:
        self.house = house
        self.engine: Engine = build_engine()

    async def ask(self, text: str, *, address: str = "192.0.2.1", **variables: Any) -> bytes:
        context = await self.house.context(
            Approach("http", "benchmark", address=address, user_agent="benchmark")
        )
        result = await self.engine.execute(self.engine.prepare(text, None), variables, context)
        return orjson.dumps(result.formatted)


async def compare(service: Service, text: str, rounds: int, *, known: list[str]) -> str:
    """One line on how long *text* takes with a known and with an unknown address, in turns."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: dict[str, set[bytes]] = {"known": set(), "unknown": set()}
    for number in range(rounds):
        for kind in ("known", "unknown") if number % 2 else ("unknown", "known"):
            email = known[number % len(known)] if kind == "known" else f"other{number:04}@example.com"
            started = perf_counter()
            answer = await service.ask(text, address=f"198.51.{number // 250}.{number % 250}", email=email)
            times[kind].append(perf_counter() - started)
            answers[kind].add(answer.replace(email.encode(), b"EMAIL"))
    same = (
        "the same"
        if answers["known"] == answers["unknown"] and len(answers["known"]) == 1
        else "NOT the same"
    )
    medians = {kind: statistics.median(found) * 1000 for kind, found in times.items()}
    apart = abs(medians["known"] - medians["unknown"]) / max(medians.values())
    return (
        f"median known {medians['known']:.2f} ms, unknown {medians['unknown']:.2f} ms, {apart:.1%} apart; "
        f"answers {same} byte for byte"
    )


async def meanwhile(work: Callable[[], Awaitable[Any]], service: Service) -> tuple[float, float, int]:
    """The longest and the median time of a small request while *work* goes on, and how many there were."""
    task = asyncio.ensure_future(work())
    times: list[float] = []
    while not task.done():
        started = perf_counter()
        await service.ask(ALIVE)
        times.append(perf_counter() - started)
        await asyncio.sleep(0.001)
        times[-1] = max(times[-1], perf_counter() - started - 0.001)
    await task
    return max(times) * 1000, statistics.median(times) * 1000, len(times)


async def measure(settings: Settings, rounds: int) -> None:
    async with House(settings) as house:
        service = Service(house)
        desk = Desk(house.doors, None, house.doors.clock.now())
        known = [f"known{number:04}@example.com" for number in range(min(rounds, 200))]
        for email in known:
            await accounts.create(
                desk, name="Somebody", email=email, password="a long walk in the rain", role=Role.MEMBER
            )
        await service.ask(SIGN_IN, email="warm@example.com", address="203.0.113.1")
        print(f"{rounds} each, {house.doors.database.dialect}")
        for name, text in (("signIn", SIGN_IN), ("signUp", SIGN_UP), ("requestPasswordReset", RESET)):
            print(f"  {name:<22}{await compare(service, text, rounds, known=known)}")

        async def twenty() -> None:
            await asyncio.gather(
                *(service.ask(SIGN_IN, email=email, address="203.0.113.9") for email in known[:20])
            )

        started = perf_counter()
        longest, median, count = await meanwhile(twenty, service)
        took = (perf_counter() - started) * 1000
        print(f"  20 signIn at once     done in {took:.0f} ms")
        print(f"    {count} others meanwhile: median {median:.2f} ms, longest {longest:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", help="an empty database; a new SQLite file if not given")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/mentorhub.db"
        migrations.upgrade(url)
        settings = Settings(
            _env_file=None,
            database_url=url,
            mail_url=f"file:{Path(folder) / 'mail'}",
            media_url=f"file:{Path(folder) / 'media'}",
            secret=SecretStr("a secret of the benchmark, and long enough"),
            rate_limits="off",
        )
        asyncio.run(measure(settings, given.rounds))


if __name__ == "__main__":
    main()
