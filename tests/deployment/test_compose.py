"""What docker-compose.yml promises: nothing published, nothing trusted, nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.config import Settings
from tests.deployment.conftest import SECRETS, compose_config

Services = dict[str, dict[str, Any]]

OURS = {"api", "worker", "beat", "migrate"}
SERVERS = {"postgres", "valkey"}
LASTING = ["api", "worker", "beat", "postgres", "valkey"]
EVERY = [*LASTING, "migrate"]
# What the file itself decides, and how many tasks a worker runs at once, which stands in its command.
NOT_PASSED_ON = {"data_dir", "api_host", "api_port", "worker_concurrency"}


def test_these_are_all_services(services: Services) -> None:
    assert set(services) == OURS | SERVERS == set(EVERY)


@pytest.mark.parametrize("given", [pytest.param(None, id="missing"), pytest.param("", id="empty")])
@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_has_a_default(name: str, given: str | None) -> None:
    others = {key: value for key, value in SECRETS.items() if key != name}
    answer = compose_config(others if given is None else {**others, name: given})
    assert answer.returncode != 0
    assert f"{name} is missing a value: is not set, see .env.example" in answer.stderr


def test_only_the_api_is_published_and_on_loopback_only(services: Services) -> None:
    published = {name: [(port["host_ip"], port["target"]) for port in it["ports"]] for name, it in services.items() if "ports" in it}
    assert published == {"api": [("127.0.0.1", 8080)]}


def test_the_data_network_has_no_way_out(stack: dict[str, Any], services: Services) -> None:
    assert stack["networks"]["data"]["internal"] is True
    assert {name for name, it in services.items() if set(it["networks"]) != {"data"}} == {"api", "worker"}


@pytest.mark.parametrize("name", EVERY)
def test_a_service_is_contained(services: Services, name: str) -> None:
    it = services[name]
    assert it["read_only"] is True
    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert it["pids_limit"] > 0
    assert int(it["mem_limit"]) > 0
    assert set(it["logging"]["options"]) == {"max-size", "max-file"}
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & set(it)
    assert all(volume["type"] == "volume" for volume in it.get("volumes", []))


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_have_no_privilege_at_all(services: Services, name: str) -> None:
    it = services[name]
    assert it["user"] == "10001:10001"
    assert it["init"] is True
    assert "cap_add" not in it
    assert "volumes" not in it


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_keeps_only_what_changing_the_user_takes(services: Services, name: str) -> None:
    it = services[name]
    assert set(it["cap_add"]) == {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert "init" not in it  # as root without CAP_KILL it could not pass on the signal to stop
    assert it["volumes"][0]["source"] == name


@pytest.mark.parametrize("name", LASTING)
def test_a_service_is_watched_and_restarted(services: Services, name: str) -> None:
    it = services[name]
    assert it["restart"] == "unless-stopped"
    assert it["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_the_tables_are_there_before_those_who_need_them(services: Services) -> None:
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in OURS - {"migrate"}:
        waits_for = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert waits_for == {"migrate": "service_completed_successfully", "postgres": "service_healthy", "valkey": "service_healthy"}


def test_workers_can_be_many_and_get_the_time_to_finish(services: Services) -> None:
    assert not {"container_name", "ports", "hostname"} & set(services["worker"])
    assert services["worker"]["stop_grace_period"] == "40s"


@pytest.mark.parametrize(
    ("given", "expected"),
    [pytest.param({}, 1 << 30, id="a gigabyte unless told otherwise"), pytest.param({"WORKER_MEMORY": "4g"}, 4 << 30, id="as told")],
)
def test_workers_get_the_memory_that_the_operator_gives_them(given: dict[str, str], expected: int) -> None:
    stack = json.loads(compose_config({**SECRETS, **given}).stdout)
    assert int(stack["services"]["worker"]["mem_limit"]) == expected


def test_valkey_asks_for_its_password_and_forgets_nothing(services: Services) -> None:
    command = services["valkey"]["command"]
    given = dict(zip(command[1::2], command[2::2], strict=True))
    assert given["--requirepass"] == SECRETS["VALKEY_PASSWORD"]
    assert given["--appendonly"] == "yes"
    assert given["--maxmemory-policy"] == "noeviction"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_reaches_our_services(services: Services, name: str) -> None:
    expected = {f"WIREWATCH_{field}".upper() for field in set(Settings.model_fields) - NOT_PASSED_ON}
    assert set(services[name]["environment"]) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [pytest.param({}, "yes", id="with meaning unless told otherwise"), pytest.param({"MEANING": "no"}, "no", id="the small image")],
)
def test_the_image_is_built(given: dict[str, str], expected: str) -> None:
    assert f'"MEANING": "{expected}"' in compose_config({**SECRETS, **given}).stdout


def test_a_setting_from_the_environment_is_passed_on() -> None:
    answer = compose_config({**SECRETS, "WIREWATCH_SMTP_HOST": "mail.example.org", "WIREWATCH_WORKER_CONCURRENCY": "3"})
    assert '"WIREWATCH_SMTP_HOST": "mail.example.org"' in answer.stdout
    assert '"--concurrency",\n        "3"' in answer.stdout
