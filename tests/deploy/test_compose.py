"""compose.yaml and Dockerfile, as far as they can be checked without Docker."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.project_copy import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker")
STAYS = [name for name in SERVICES if name != "migrate"]
# Compose Specification, "services": the keys that are used here, so that a misspelled one is found.
KNOWN = """
    build cap_drop command depends_on deploy environment healthcheck image init ports read_only restart security_opt
    stop_grace_period volumes
"""
KEYS = set(KNOWN.split())


def test_the_services_are_those_of_one_server_and_have_known_keys() -> None:
    assert set(SERVICES) == {"mariadb", "redis", *OURS}
    assert [(name, set(service) - KEYS) for name, service in SERVICES.items() if set(service) - KEYS] == []
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", SERVICES)
def test_images_have_versions_and_nobody_outside_reaches_a_port(name: str) -> None:
    _, _, version = SERVICES[name]["image"].rpartition(":")
    assert re.match(r"\d", version)
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_is_started_again_and_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"].get("test") or name == "worker"


def test_the_web_is_well_when_it_is_ready() -> None:
    assert "/readyz" in SERVICES["web"]["healthcheck"]["test"][-1]
    compile(SERVICES["web"]["healthcheck"]["test"][-1], "healthcheck", "exec")


@pytest.mark.parametrize("name", SERVICES)
def test_who_waits_for_whom_exists_and_volumes_are_declared(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        healthy = wait["condition"] == "service_healthy"
        assert "healthcheck" in SERVICES[other] if healthy else other == "migrate"
    for volume in SERVICES[name].get("volumes", ()):
        assert isinstance(volume, dict) or volume.split(":")[0] in COMPOSE["volumes"]


def test_no_secret_stands_in_the_file_and_the_example_names_them_all() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    example = (DEPLOY / "compose.env.example").read_text()
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    secrets = [value for service in SERVICES.values() for name, value in service.get("environment", {}).items()
               if re.search("PASSWORD|SECRET", name)]  # fmt: skip
    assert all(value.startswith("${") for value in secrets)


@pytest.mark.parametrize("name", OURS)
def test_ours_run_without_rights_on_a_root_that_is_only_read(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)


def test_the_image_has_a_version_takes_no_secrets_in_and_runs_as_nobody_special() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert all(re.match(r"FROM python:3\.\d+-slim-\w+", line) for line in lines if line.startswith("FROM"))
    assert "USER opsdesk" in lines
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert {".git", ".venv", "**/.env", "instance"} <= set(ignored)
