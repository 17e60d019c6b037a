"""docker-compose.yml, and what is mounted into it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from streamal.cli.program import app
from streamal.lab.tables import open_table
from streamal.settings import load

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
HERE = ROOT / "deploy" / "compose"


def _read(path: Path) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load(path.read_text(encoding="utf-8"))


SERVICES: dict[str, Any] = _read(FILE)["services"]
OURS = {name: one for name, one in SERVICES.items() if "streamal" in one["image"]}
MOUNTS = [
    mount.split(":")[0]
    for service in SERVICES.values()
    for mount in service.get("volumes", ())
    if mount.startswith(".")
]


def test_it_follows_the_specification() -> None:
    """The file is valid after the schema of the Compose Specification."""
    tool = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [tool, "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(set(MOUNTS)))
def test_what_is_mounted_is_there(path: str) -> None:
    """Docker would make an empty folder of what is missing."""
    assert (ROOT / path).exists()


def test_nothing_listens_beyond_this_machine() -> None:
    """Each published port is on the loopback."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) >= 5
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(OURS)))
def test_images_of_others_are_pinned(name: str) -> None:
    """A tag with three numbers says which version runs."""
    assert re.fullmatch(r"[\w/-]+:v?\d+\.\d+\.\d+", SERVICES[name]["image"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_are_hardened(name: str) -> None:
    """A read-only root, no capabilities, no new ones, and limits."""
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"pids_limit", "mem_limit", "stop_grace_period", "restart"} <= service.keys()
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(OURS))
def test_commands_are_ours(name: str) -> None:
    """Each command, its options and their values are understood."""
    words = [*OURS[name]["command"]]
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    with group.make_context("streamal", words, resilient_parsing=False) as context:
        command = group.get_command(context, words[0])
        assert command is not None, shlex.join(words)
        command.make_context(words[0], words[1:], parent=context).close()


def test_the_feeder_and_the_annotator_have_one_stream() -> None:
    """What is sent can be answered: both name one stream, and it is there."""
    sent, truth = SERVICES["feeder"]["command"][1], SERVICES["annotator"]["command"][2]
    assert sent == truth
    assert open_table(sent, label_column="label", id_column=None).count() == 49_097


def test_the_configuration_fits_the_stack() -> None:
    """The mounted streamal.yaml is valid and names the broker and the port of the stack."""
    settings = load(HERE / "streamal.yaml", {})
    assert settings.broker.kind == "kafka"
    assert settings.broker.bootstrap_servers == ("kafka:9092",)
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 8080)


def test_prometheus_asks_who_is_there() -> None:
    """Targets are services, and rules are files of the mounted folder."""
    config = _read(HERE / "prometheus.yml")
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert jobs["streamal"]["dns_sd_configs"][0]["names"] == ["streamal"]
    assert jobs["kafka"]["static_configs"][0]["targets"] == ["kafka-exporter:9308"]
    assert set(SERVICES) >= {"streamal", "kafka-exporter", "alertmanager"}
    for path in config["rule_files"]:
        assert (ROOT / "deploy" / "prometheus" / Path(path).name).is_file()


def test_grafana_finds_its_dashboard() -> None:
    """The provider reads the folder that is mounted, and the source has the agreed name."""
    (provider,) = _read(HERE / "grafana" / "dashboards" / "streamal.yml")["providers"]
    folder = provider["options"]["path"]
    assert f"./deploy/grafana:{folder}:ro" in SERVICES["grafana"]["volumes"]
    (source,) = _read(HERE / "grafana" / "datasources" / "prometheus.yml")["datasources"]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")


def test_one_cause_is_one_page_here_too() -> None:
    """What keeps an alert silent because of another one is written twice, and is the same."""
    ours, example = (
        yaml.safe_load((folder / "alertmanager.yml").read_text(encoding="utf-8"))["inhibit_rules"]
        for folder in (HERE, ROOT / "deploy" / "prometheus")
    )
    assert ours == example
