"""The explorer: GraphiQL at `/`, served from the files of its build and from nowhere else."""

import os
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

BUILT: Final = Path(__file__).parent / "dist"

# Why each source is needed, and why 'unsafe-inline' is for styles: docs/decisions/explorer.md.
POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

GUARDS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
REVALIDATED: Final = GUARDS | {"Cache-Control": "no-cache"}
# The name of an asset holds the hash of its content.
KEPT: Final = GUARDS | {"Cache-Control": "public, max-age=31536000, immutable"}

# Told here, as what the machine's own table says differs from one to the next.
MEDIA_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}

NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>MentorHub</title>
<h1>MentorHub</h1>
<p>The API is at <code>/graphql</code>. The explorer that belongs here has not been built;
<code>python scripts/build_explorer.py</code> in the project's folder builds it.</p>
</html>
"""


def explorer_routes(
    enabled: bool,  # noqa: FBT001 - the setting, as it is
    *,
    built: Path = BUILT,
) -> list[BaseRoute]:
    """`/` and its assets, or nothing when it is not *enabled*. A build made meanwhile is served at once."""
    if not enabled:
        return []
    assets = built / "explorer" / "assets"

    async def page(request: Request) -> Response:
        index = built / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=404, headers=REVALIDATED)
        return FileResponse(index, media_type="text/html", headers=REVALIDATED)

    async def asset(request: Request) -> Response:
        found = _built_file(assets, named=request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return FileResponse(found, media_type=MEDIA_TYPES[found.suffix], headers=KEPT)

    return [Route("/", page), Route("/explorer/assets/{name}", asset)]


def _built_file(folder: Path, *, named: str) -> Path | None:
    """The file of that very name, found by looking through the folder: no name leads out of it."""
    if not folder.is_dir():
        return None
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == named and entry.is_file(follow_symlinks=False):
                found = Path(entry.path)
                return found if found.suffix in MEDIA_TYPES else None
    return None
