"""What stands in `deploy/` and in the operators' page: that it can be read, and names only what there is."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mentorhub.cli import main
from mentorhub.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PAGES = [
    *sorted(path for path in DEPLOY.iterdir() if path.is_file()),
    ROOT / "README.md",
    ROOT / "docs/operating.md",
]
SETTINGS = {f"MENTORHUB_{name.upper()}" for name in Settings.model_fields}
OF_COMPOSE = {"MENTORHUB_DATABASE_PASSWORD"}


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def _check_command(words: list[str]) -> None:
    """Parses a command as the program would, without running it."""
    command = main.commands[words[0]]
    with click.Context(main) as parent:
        command.make_context(words[0], list(words[1:]), parent=parent)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_only_settings_that_there_are_are_named(page: Path) -> None:
    named = set(re.findall(r"MENTORHUB_[A-Z_]+[A-Z]", page.read_text()))

    assert named - SETTINGS - OF_COMPOSE == set()


def test_every_setting_is_in_the_table_of_the_readme_with_its_default() -> None:
    rows = re.findall(r"^\| (`MENTORHUB_[^|]+) \| ([^|]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    told: dict[str, str] = {}
    for names, defaults in rows:
        named = re.findall(r"`(\w+)`", names)
        told |= zip(named, defaults.split(", ") if len(named) > 1 else [defaults], strict=True)

    assert told.keys() == SETTINGS
    for name, field in Settings.model_fields.items():
        if field.default not in (None, ()):
            assert told[f"MENTORHUB_{name.upper()}"] == f"`{field.default}`"


def test_the_example_of_settings_can_be_read_and_asks_to_be_changed() -> None:
    lines = [
        line.split("=", 1)
        for line in (DEPLOY / "environment.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    given: dict[str, Any] = {name.removeprefix("MENTORHUB_").lower(): value for name, value in lines}

    settings = Settings(_env_file=None, **given)

    assert not settings.is_loopback
    secrets = [value for name, value in lines if name in {"MENTORHUB_SECRET", "MENTORHUB_METRICS_TOKEN"}]
    assert all("CHANGE-ME" in value for value in secrets)


def test_compose_runs_commands_that_there_are(compose: Any) -> None:
    ours = {name: each for name, each in compose["services"].items() if each.get("image") == "mentorhub"}

    for each in ours.values():
        _check_command(each["command"])

    assert set(ours) == {"upgrade", "serve", "work"}


def test_compose_leaves_containers_nothing_to_write_to_and_no_rights(compose: Any) -> None:
    for name in ("upgrade", "serve", "work"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["serve"]["ports"])
    assert "ports" not in compose["services"]["database"]
    assert "ports" not in compose["services"]["redis"]


def test_compose_names_only_volumes_and_services_that_there_are(compose: Any) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
    assert (DEPLOY / compose["services"]["upgrade"]["build"]["dockerfile"].removeprefix("deploy/")).exists()


def test_the_container_runs_as_nobody_in_particular_and_copies_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text()

    user = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert user == ["10001:10001"]
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
    [command] = re.findall(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    _check_command([word.strip().strip('"') for word in command.split(",")])


class _Unit(configparser.ConfigParser):
    """Names as they stand: systemd's have capitals."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def _unit() -> dict[str, str]:
    parser = _Unit(strict=False, interpolation=None)
    parser.read(DEPLOY / "mentorhub.service")
    return dict(parser["Service"])


def test_the_unit_runs_commands_that_there_are() -> None:
    for name in ("ExecStartPre", "ExecStart"):
        program, *words = shlex.split(_unit()[name])
        assert program == "/opt/mentorhub/bin/mentorhub"
        _check_command(words)


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd on this machine")
    unit = (DEPLOY / "mentorhub.service").read_text()
    unit = unit.replace("/opt/mentorhub/bin/mentorhub", shutil.which("true") or "/bin/true")
    (tmp_path / "mentorhub.service").write_text(unit.replace("User=mentorhub", "User=root"))

    done = subprocess.run(
        [analyze, "verify", str(tmp_path / "mentorhub.service")], capture_output=True, text=True, check=False
    )

    assert "mentorhub.service" not in done.stderr, done.stderr


def test_the_proxy_hands_on_what_the_service_relies_on() -> None:
    text = (DEPLOY / "nginx.conf").read_text()

    assert re.search(r"proxy_set_header X-Forwarded-For\s+\$remote_addr;", text)
    assert re.search(r"proxy_buffering\s+off;", text)
    assert re.search(r"location = /metrics \{ return 404; \}", text)
    assert text.count("{") == text.count("}")


def test_the_proxy_is_one_that_nginx_takes(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("there is no nginx, or no openssl, on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = f"req -x509 -nodes -newkey rsa:2048 -subj /CN=mentors -days 1 -keyout {key} -out {certificate}"
    subprocess.run([openssl, *make.split()], capture_output=True, check=True)
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("/etc/ssl/mentors.example.com.pem", str(certificate))
    (tmp_path / "mentorhub.conf").write_text(text.replace("/etc/ssl/mentors.example.com.key", str(key)))
    inner = f"access_log off; include {tmp_path}/mentorhub.conf;"
    around = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {inner} }}"
    (tmp_path / "nginx.conf").write_text(around)

    done = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_container_file_keeps_to_what_is_good_practice() -> None:
    lines = [
        line
        for line in (DEPLOY / "Containerfile").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    words = [line.split() for line in lines]
    bases = [line[1] for line in words if line[0] == "FROM"]
    last = max(number for number, line in enumerate(words) if line[0] == "FROM")
    names = [line[0] for line in words[last:] if line[0].isupper()]

    assert all(":" in base and not base.endswith(":latest") for base in bases)
    assert "ADD" not in names
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert names.index("COPY") < names.index("USER"), (
        "the code belongs to root and cannot be changed from within"
    )
    assert {"HEALTHCHECK", "STOPSIGNAL", "EXPOSE"} <= set(names)
    assert not any("SECRET" in line or "PASSWORD" in line for line in lines)
    assert all("--no-cache-dir" in line for line in lines if "pip install" in line)
    assert any("--require-hashes" in line for line in lines)


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs/operating.md"], ids=lambda path: path.name)
def test_commands_that_are_told_of_exist(page: Path) -> None:
    named = set(re.findall(r"`(?:\S*/)?mentorhub ([a-z][a-z-]+)", page.read_text()))

    assert named
    assert named <= set(main.commands)
