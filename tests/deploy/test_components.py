"""Components above the manifests: another model, no spending, a place to look from."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deploy.manifests import made, of, parsed, pods, selects, worker

pytestmark = pytest.mark.kubectl


def test_a_new_model_is_applied_by_one_worker() -> None:
    """The component leaves one worker, and that one records the model."""
    manifests = made("apply-model")
    assert of("StatefulSet", manifests)["spec"]["replicas"] == 1
    (container,) = worker(manifests)["spec"]["containers"]
    assert parsed(container["args"])[1]["apply"] is True


def test_nobody_spends_with_scorers_only() -> None:
    """With the component no worker takes the arbiter's role, and their number stays."""
    manifests = made("scorers-only")
    assert of("StatefulSet", manifests)["spec"]["replicas"] == 3
    (container,) = worker(manifests)["spec"]["containers"]
    assert parsed(container["args"])[1]["role"] == "scorer"


@pytest.mark.parametrize("way", ["sources", "look", "production", "autoscaled"])
def test_who_looks_is_no_worker(way: str) -> None:
    """The pod to look from has a way to Kafka, and no selector of workers finds it."""
    manifests = made(way)
    look = of("Deployment", manifests, "streamal-look")["spec"]
    assert look["replicas"] == 0
    assert selects(look["selector"]["matchLabels"], look["template"])
    shut = of("NetworkPolicy", manifests)["spec"]["podSelector"]["matchLabels"]
    assert selects(shut, look["template"])
    assert not selects(of("Service", manifests)["spec"]["selector"], look["template"])
    workers = of("StatefulSet", manifests)["spec"]["selector"]["matchLabels"]
    assert not selects(workers, look["template"])
    assert not selects(look["selector"]["matchLabels"], worker(manifests))


def test_each_program_has_a_user_of_its_own() -> None:
    """In the example, workers, the Job and who looks have a Secret and a user each."""
    manifests = made("production")
    volumes = [one for spec, _ in pods(manifests) for one in spec["volumes"] if "secret" in one]
    assert sorted(one["secret"]["secretName"] for one in volumes) == [
        "streamal-kafka",
        "streamal-kafka-look",
        "streamal-kafka-topics",
    ]
    names = [env["value"] for _, one in pods(manifests) for env in one["env"] if "value" in env]
    assert {"streamal-look", "streamal-topics"} <= set(names)


def test_the_pod_to_look_from_waits_for_its_end() -> None:
    """Its command waits, with a handler of SIGTERM, without which a first process hears none."""
    (container,) = of("Deployment", made("sources"), "streamal-look")["spec"]["template"]["spec"][
        "containers"
    ]
    program, *words = container["command"]
    assert program == "python3"
    with subprocess.Popen([sys.executable, *words]) as waiting:
        until = time.monotonic() + 30
        while not _handles(waiting.pid, signal.SIGTERM) and time.monotonic() < until:
            os.sched_yield()
        waiting.terminate()
        assert waiting.wait(30) == 0


def _handles(process: int, number: int) -> bool:
    """Return whether a process has a handler for a signal (proc_pid_status(5), SigCgt)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    (caught,) = re.findall(r"SigCgt:\s*([0-9a-f]+)", status)
    return bool(int(caught, 16) >> (number - 1) & 1)
