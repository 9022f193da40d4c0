"""Serves the same schema on Strawberry as it is usually written: entities, an AsyncSession, a DataLoader a field.

python -m benchmarks.usual PORT DATABASE_URL
"""

import os
import sys
from typing import Any

import uvicorn
from benchmarks.usual.loaders import Loaders
from benchmarks.usual.schema import schema
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL


class View(GraphQL[Any, Any]):
    """Strawberry's own view, with a context for each request."""

    def __init__(self, url: str) -> None:
        super().__init__(schema)
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=10)
        self._open = async_sessionmaker(engine, expire_on_commit=False)

    async def get_context(self, request: Any, response: Any) -> Any:
        return {
            "request": request,
            "response": response,
            "open": self._open,
            "loaders": Loaders(self._open),
        }


def made() -> View:
    return View(os.environ["BENCHMARK_DATABASE_URL"])


def main() -> None:
    port, url, workers = sys.argv[1], sys.argv[2], int((sys.argv[3:] or ["1"])[0])
    os.environ["BENCHMARK_DATABASE_URL"] = url
    uvicorn.run(
        "benchmarks.usual.__main__:made",
        factory=True,
        host="127.0.0.1",
        port=int(port),
        workers=workers,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
