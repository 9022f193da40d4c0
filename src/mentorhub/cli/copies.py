"""Copies of everything that SQLite, the files' directory and the secret hold; PostgreSQL has tools of its own."""

import os
import sys
import tarfile
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

import click
import orjson

from mentorhub import __version__
from mentorhub.settings import Settings, read_settings

_DATABASE = "mentorhub.db"
_SECRET = "secret"  # noqa: S105 -- a file's name
_NOTE = "mentorhub.json"
_MEDIA = "media"
_SECRET_PATH = Path("var/secret")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy database, media and secret into FILE, while the service goes on."""
    from mentorhub.db import copying, revisions

    settings = read_settings()
    source = _sqlite(settings, 'pg_dump --format=custom --file=mentorhub.dump "$MENTORHUB_DATABASE_URL"')
    if file.exists():
        raise click.ClickException(f"{file} exists already.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        database, archive = Path(folder, _DATABASE), Path(folder, "archive")
        with click.progressbar(length=100, label="Database", file=sys.stderr) as bar:
            copying.copy(
                source, database, report=lambda done, of: bar.update(100 * done // max(1, of) - bar.pos)
            )
        note = {"version": __version__, "revision": revisions.current(f"sqlite:///{database}")}
        note["made_at"] = datetime.now(UTC).isoformat()
        Path(folder, _NOTE).write_bytes(orjson.dumps(note))
        with _for_its_owner(archive) as opened, tarfile.open(fileobj=opened, mode="w:gz") as tar:
            tar.add(Path(folder, _NOTE), _NOTE)
            tar.add(database, _DATABASE)
            if settings.secret is None and _SECRET_PATH.exists():
                tar.add(_SECRET_PATH, _SECRET)
            files = _media_files(settings)
            # Read after the database: whatever it names is there.
            with click.progressbar(files, label="Media   ", file=sys.stderr) as names:
                for path, name in names:
                    _add(tar, path, f"{_MEDIA}/{name}")
        archive.rename(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes, the database at revision {note['revision']}.")
    if settings.media_url.startswith("s3:"):
        click.echo("The media are in a bucket and not in this copy.", err=True)
    if settings.secret is not None:
        click.echo("MENTORHUB_SECRET is not in this copy; keep it.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring back what backup copied into FILE; nothing that exists is overwritten."""
    from mentorhub.db import copying, migrations, revisions

    settings = read_settings()
    target = _sqlite(settings, 'pg_restore --dbname="$MENTORHUB_DATABASE_URL" mentorhub.dump')
    if target.exists():
        raise click.ClickException(f"there is a database at {target} already; move it away first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restore-") as kept:
        folder = Path(kept)
        _unpack(file, folder)
        database = folder / _DATABASE
        if not database.exists():
            raise click.ClickException(f"{file} is no backup of MentorHub.")
        if fault := copying.fault_of(database):
            raise click.ClickException(f"the database in {file} is damaged: {fault}.")
        migrations.upgrade(f"sqlite:///{database}")
        _bring_back_media(settings, folder / _MEDIA)
        if (folder / _SECRET).exists() and settings.secret is None:
            _bring_back_secret(folder / _SECRET)
        database.rename(target)
    click.echo(f"{target} is as it was, at revision {revisions.newest()}.")


def _sqlite(settings: Settings, otherwise: str) -> Path:
    if not settings.database_url.startswith("sqlite:///"):
        raise click.ClickException(
            f"PostgreSQL is copied by its own tools: {otherwise}; keep MENTORHUB_SECRET and the media beside it."
        )
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _media_directory(settings: Settings) -> Path | None:
    kind, _, rest = settings.media_url.partition(":")
    return Path(rest) if kind == "file" else None


def _media_files(settings: Settings) -> list[tuple[Path, str]]:
    directory = _media_directory(settings)
    if directory is None or not directory.is_dir():
        return []
    found = sorted(path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return [(path, path.relative_to(directory).as_posix()) for path in found]


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    # It may have been removed since it was listed, as photos that are replaced are.
    with suppress(FileNotFoundError):
        tar.add(path, name)


def _for_its_owner(path: Path) -> IO[bytes]:
    """A new file that nobody else may read: it holds everything."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _unpack(file: Path, folder: Path) -> None:
    """Plain files of our own names, wherever an archive would like to put them."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                is_ours = member.name in {_NOTE, _DATABASE, _SECRET} or name.parts[:1] == (_MEDIA,)
                if not member.isfile() or not is_ours or ".." in name.parts or name.is_absolute():
                    raise click.ClickException(
                        f"{file} is no backup of MentorHub: it holds {member.name[:80]!r}."
                    )
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}.") from None


def _bring_back_media(settings: Settings, folder: Path) -> None:
    directory = _media_directory(settings)
    if not folder.is_dir():
        return
    if directory is None:
        raise click.ClickException("this copy holds media, and MENTORHUB_MEDIA_URL names no directory.")
    files = [path for path in folder.rglob("*") if path.is_file()]
    with click.progressbar(files, label="Media   ", file=sys.stderr) as names:
        for path in names:
            target = directory / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                path.rename(target)


def _bring_back_secret(path: Path) -> None:
    if _SECRET_PATH.exists():
        if _SECRET_PATH.read_bytes() != path.read_bytes():
            raise click.ClickException(
                f"{_SECRET_PATH} is another secret than the copy's; move it away first."
            )
        return
    _SECRET_PATH.parent.mkdir(parents=True, exist_ok=True)
    with _for_its_owner(_SECRET_PATH) as file:
        file.write(path.read_bytes())
