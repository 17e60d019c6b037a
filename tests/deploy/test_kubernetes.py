"""The manifests of Kubernetes: valid, hardened, and of one mind with the program they run.

Each law is asked of the sources, which needs nothing but Python, and of what
`kubectl kustomize` makes of each way to use them.
"""

import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from deploy.k8s import prometheusrule
from streamal.errors import ConfigError
from streamal.runtime.plan import SCORERS
from streamal.serve.health import STALE_S
from streamal.serve.pages import INDEX
from streamal.settings import Settings, load, schema
from streamal.settings.kafka import KafkaBroker
from streamal.settings.yaml_text import parse
from tests.deploy.customkinds import SPECS
from tests.deploy.manifests import WAYS, Manifest, made, of, parsed, pods, selects, worker

pytestmark = pytest.mark.kubectl

VERSIONS = ["1.31", "1.37"]
"""The oldest where every field that we use is stable, and the newest that is known."""

REPLAY_S = 86
"""Seconds that a forest needs for 100,000 labels (docs/operate.md)."""


@pytest.fixture(params=list(WAYS))
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests in each way to use them."""
    return made(request.param)


def problem(manifest: Manifest, version: str) -> str:
    """Say what is wrong with a manifest; an unknown key is."""
    kind = manifest["kind"]
    try:
        if kind in SPECS:
            jsonschema.validate(manifest["spec"], SPECS[kind])
        else:
            kubernetes_validate.validate(manifest, version, strict=True)
    except jsonschema.ValidationError as error:
        where = ".".join(str(part) for part in error.path)
        return f"{kind} {manifest['metadata']['name']}: {where}: {error.message}"
    return ""


def settings_of(manifests: list[Manifest], spec: Manifest, folder: Path) -> Settings:
    """Return what a pod's program reads: its configuration, and over it its variables.

    What Secrets bring lies below a folder of ours; what no volume brings is not there.
    """
    (container,) = spec["containers"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    config = of("ConfigMap", manifests, volumes["config"]["configMap"]["name"])
    texts = {one["name"]: str(one.get("value", "x")) for one in container.get("env", [])}
    texts["file"] = config["data"]["streamal.yaml"]
    for mount in container["volumeMounts"]:
        if "secret" in volumes[mount["name"]]:
            texts = _moved(texts, mount["mountPath"], folder)
    jsonschema.validate(parse(texts["file"], ""), schema())
    (folder / "streamal.yaml").write_text(texts.pop("file"))
    return load(folder / "streamal.yaml", texts)


def _moved(texts: dict[str, str], mount: str, folder: Path) -> dict[str, str]:
    """Move the files of a mount below a folder, and make those that are named."""
    below = folder / mount.removeprefix("/")
    below.mkdir(parents=True)
    for name in re.findall(rf"{mount}/([\w.]+)", " ".join(texts.values())):
        (below / name).write_text("x")
    return {name: text.replace(mount, str(below)) for name, text in texts.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(manifests: list[Manifest], version: str) -> None:
    """Kubernetes and its operators know every key and take every value."""
    assert [said for one in manifests if (said := problem(one, version))] == []


def test_every_pod_is_hardened(manifests: list[Manifest]) -> None:
    """Each pod meets the restricted standard, has no token, and writes its scratch only."""
    found = list(pods(manifests))
    assert len(found) in {2, 3}
    for spec, container in found:
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        mounts = container["volumeMounts"]
        assert [one["mountPath"] for one in mounts if not one.get("readOnly")] == ["/tmp"]
        assert set(container["resources"]["limits"]) == {"memory"}


def test_every_configuration_loads(manifests: list[Manifest], tmp_path: Path) -> None:
    """What each pod reads are settings of Kafka: file, variables, and files that are mounted."""
    for number, (spec, container) in enumerate(pods(manifests)):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = settings_of(manifests, spec, folder)
        assert isinstance(settings.broker, KafkaBroker)
        if "ports" in container:
            assert settings.http.host == "0.0.0.0"
            assert container["ports"] == [{"name": "http", "containerPort": settings.http.port}]


def test_the_program_takes_the_words(manifests: list[Manifest]) -> None:
    """Each container's words are a command with its options, on the configuration mounted."""
    commands = [parsed(one["args"]) for _, one in pods(manifests) if "args" in one]
    assert sorted(name for name, _ in commands) == ["create", "run"]
    assert {str(given["config"]) for _, given in commands} == {"/etc/streamal/streamal.yaml"}
    for _, container in pods(manifests):
        assert {"/etc/streamal"} < {one["mountPath"] for one in container["volumeMounts"]}


def test_a_worker_is_named_as_its_pod(manifests: list[Manifest]) -> None:
    """The pod's name is the instance: one live worker for each, and nobody waits in line."""
    assert of("StatefulSet", manifests)["spec"]["podManagementPolicy"] == "Parallel"
    (container,) = worker(manifests)["spec"]["containers"]
    assert parsed(container["args"])[1]["instance"] == "$(POD_NAME)"
    assert container["env"][0] == {
        "name": "POD_NAME",
        "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
    }


def test_services_leave_the_settings_alone(manifests: list[Manifest], tmp_path: Path) -> None:
    """No pod gets the variables of Services: that of `streamal-a--b` would pass for a setting."""
    assert {spec["enableServiceLinks"] for spec, _ in pods(manifests)} == {False}
    nothing = tmp_path / "streamal.yaml"
    nothing.touch()
    with pytest.raises(ConfigError, match="unknown key"):
        load(nothing, {"STREAMAL_A__B_SERVICE_HOST": "10.0.0.1"})


def test_probes_fit_the_service(manifests: list[Manifest], tmp_path: Path) -> None:
    """Probes ask pages that there are, wait for two replays, and leave Kafka out of life."""
    spec = worker(manifests)["spec"]
    (container,) = spec["containers"]
    asked = {name: container[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
    assert {one["httpGet"]["port"] for one in asked.values()} == {"http"}
    paths = {name: one["httpGet"]["path"] for name, one in asked.items()}
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert all(f"  {path} " in INDEX for path in paths.values())
    patience = {name: one["periodSeconds"] * one["failureThreshold"] for name, one in asked.items()}
    assert min(patience["startup"], STALE_S + patience["liveness"]) > 2 * REPLAY_S
    broker = settings_of(manifests, spec, tmp_path).broker
    assert isinstance(broker, KafkaBroker)
    assert spec["terminationGracePeriodSeconds"] * 1000 > broker.call_timeout.milliseconds


def test_selectors_find_the_workers(manifests: list[Manifest]) -> None:
    """Set, Service, budget of disruptions and policies all mean the same pods."""
    template = worker(manifests)
    spec = of("StatefulSet", manifests)["spec"]
    assert spec["serviceName"] == of("Service", manifests)["metadata"]["name"]
    spreads = template["spec"]["topologySpreadConstraints"]
    policies = [of("NetworkPolicy", manifests, n) for n in ("streamal", "streamal-http")]
    monitors = [one for one in manifests if one["kind"] == "PodMonitor"]
    found = [
        spec["selector"]["matchLabels"],
        of("Service", manifests)["spec"]["selector"],
        of("PodDisruptionBudget", manifests)["spec"]["selector"]["matchLabels"],
        *(one["labelSelector"]["matchLabels"] for one in spreads),
        *(one["spec"]["podSelector"]["matchLabels"] for one in policies),
        *(one["spec"]["selector"]["matchLabels"] for one in monitors),
    ]
    assert all(selector and selects(selector, template) for selector in found)
    job = of("Job", manifests, "streamal-topics")["spec"]["template"]
    assert selects(policies[0]["spec"]["podSelector"]["matchLabels"], job)
    assert not selects(spec["selector"]["matchLabels"], job)


def test_the_network_is_shut_but_for_kafka_and_metrics(
    manifests: list[Manifest], tmp_path: Path
) -> None:
    """Out go names and the brokers that are configured; in comes who measures, to the pages."""
    shut = of("NetworkPolicy", manifests)["spec"]
    assert shut["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in shut
    names, kafka = shut["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    spec = worker(manifests)["spec"]
    broker = settings_of(manifests, spec, tmp_path).broker
    assert isinstance(broker, KafkaBroker)
    for server in broker.bootstrap_servers:
        host, _, port = server.partition(":")
        there = {"kubernetes.io/metadata.name": host.split(".")[1]}
        assert kafka["to"] == [{"namespaceSelector": {"matchLabels": there}}]
        assert {"protocol": "TCP", "port": int(port)} in kafka["ports"]
    (entry,) = of("NetworkPolicy", manifests, "streamal-http")["spec"]["ingress"]
    there = {"kubernetes.io/metadata.name": "monitoring"}
    assert entry["from"] == [{"namespaceSelector": {"matchLabels": there}}]
    assert entry["ports"] == [{"protocol": "TCP", "port": "http"}]


@pytest.mark.parametrize("way", ["keda", "autoscaled"])
def test_keda_measures_what_the_service_reads(way: str, tmp_path: Path) -> None:
    """KEDA asks the same brokers about the same group and topic; nobody else sets replicas."""
    manifests = made(way)
    settings = settings_of(manifests, worker(manifests)["spec"], tmp_path)
    broker, scaled = settings.broker, of("ScaledObject", manifests)["spec"]
    assert isinstance(broker, KafkaBroker)
    (trigger,) = scaled["triggers"]
    said = trigger["metadata"]
    assert said["bootstrapServers"] == ",".join(broker.bootstrap_servers)
    assert said["consumerGroup"] == settings.topics.prefix + SCORERS
    assert said["topic"] == settings.topics.name("samples")
    assert ("tls" in said, "sasl" in said) == (broker.security.is_encrypted,) * 2
    assert (scaled["minReplicaCount"], scaled["maxReplicaCount"]) == (1, settings.topics.partitions)
    assert "replicas" not in of("StatefulSet", manifests)["spec"]


@pytest.mark.parametrize("way", ["sources", "monitoring", "production"])
def test_prometheus_asks_the_page(way: str) -> None:
    """The monitor scrapes the page of metrics, and gives each namespace a job that rules know."""
    (endpoint,) = of("PodMonitor", made(way))["spec"]["podMetricsEndpoints"]
    (container,) = worker(made(way))["spec"]["containers"]
    assert f"  {endpoint['path']} " in INDEX
    assert endpoint["port"] in {port["name"] for port in container["ports"]}
    job, instance = endpoint["relabelings"]
    assert (job["targetLabel"], instance["targetLabel"]) == ("job", "instance")
    assert job["replacement"].startswith("streamal")
    asked = re.findall(r'job=~"(.*?)"', prometheusrule.written())
    assert asked
    assert all(re.fullmatch(pattern, job["replacement"]) for pattern in asked)


def test_the_rules_exist_once() -> None:
    """The operator's rules are those of deploy/prometheus, as the script writes them."""
    how = "make it anew: python -m deploy.k8s.prometheusrule"
    assert prometheusrule.TARGET.read_text(encoding="utf-8") == prometheusrule.written(), how


def test_the_script_changes_no_rule(tmp_path: Path) -> None:
    """Rules come out as they went in, whatever is in their text."""
    rule = {"alert": "A", "expr": "a{b='c'}\n  > 1\n", "annotations": {"x": "{{ $value }}: – 'q'"}}
    for name in prometheusrule.SOURCES:
        rules = {"groups": [{"name": name, "rules": [rule, {"record": "r:s", "expr": "1"}]}]}
        (tmp_path / name).write_text(yaml.safe_dump(rules), encoding="utf-8")
    out = yaml.safe_load(prometheusrule.written(tmp_path))
    assert out == prometheusrule.manifest(tmp_path)
    assert problem(out, VERSIONS[0]) == ""
    assert [group["name"] for group in out["spec"]["groups"]] == list(prometheusrule.SOURCES)
    assert out["spec"]["groups"][0]["rules"][0] == rule
