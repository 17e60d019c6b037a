"""podman and buildah without a daemon, with a store of their own that goes with the run."""

import ast
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.container import base
from tests.container.base import NoContainers

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "localhost/streamal:test"

NEEDED = {
    "buildah": "buildah",
    "podman": "podman",
    "runc": "runc",
    "mmdebstrap": "mmdebstrap",
    "netavark": "netavark",
}
"""What is run, and the Debian package that brings it."""

PLACES = ("/usr/lib/podman", "/usr/libexec/podman", "/usr/local/libexec/podman")
"""Where netavark is; no path leads there."""

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PIP_KEYS = frozenset({"index-url", "extra-index-url", "trusted-host", "timeout", "retries"})

HARDENED = (
    *("--network", "host", "--read-only", "--read-only-tmpfs=false"),
    *("--tmpfs", "/tmp:rw,noexec,nosuid,size=16m", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges", "--pids-limit", "100", "--memory", "512m"),
)
"""As docker-compose.yml and the manifests run it."""

STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""

# runc: crun does not know hybrid cgroups. Without limits of our own runc cannot set the others'.
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
"""


def lacks() -> list[str]:
    """Name the Debian packages that this machine lacks."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *PLACES))
    return [package for tool, package in NEEDED.items() if shutil.which(tool, path=path) is None]


class Engine:
    """Builds and runs containers; nothing of it is left when it is closed.

    Parameters
    ----------
    folder
        A new folder for images and containers.

    Raises
    ------
    NoContainers
        A tool is missing, or this is not root.
    """

    def __init__(self, folder: Path) -> None:
        if lacking := lacks():
            raise NoContainers(f"containers for tests need the packages {', '.join(lacking)}")
        if os.geteuid() != 0:
            raise NoContainers("containers for tests need root, for mounts and control groups")
        self._folder = folder
        (folder / "storage.conf").write_text(STORAGE.format(folder=folder), "utf-8")
        (folder / "containers.conf").write_text(CONTAINERS, "utf-8")
        self._environ = {
            **os.environ,
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
        }

    def tried(self, *words: object, seconds: float = 60.0) -> "subprocess.CompletedProcess[str]":
        """Run podman, whatever becomes of it."""
        return self._run(["podman", *map(str, words)], seconds)

    def said(self, *words: object, seconds: float = 60.0) -> str:
        """Run podman to a good end and return what it said."""
        return _good(self.tried(*words, seconds=seconds))

    def inspected(self, *words: object) -> Any:  # noqa: ANN401 - JSON
        """Return what podman knows of one image or container."""
        (found,) = json.loads(self.said(*words))
        return found

    def build(self, arguments: Mapping[str, str]) -> None:
        """Build the image from the Dockerfile, on the stand-in for its base."""
        _good(self._run(["podman", "import", str(base.archive()), base.name()], 120.0))
        command = ["buildah", "bud", "--format", "docker", "--isolation", "chroot"]
        command += ["--network", "host", "--pull-never", *self._network()]
        command += [f"--build-arg={name}={value}" for name, value in arguments.items()]
        _good(self._run([*command, "-f", str(base.DOCKERFILE), "-t", IMAGE, str(ROOT)], 540.0))

    def _network(self) -> list[str]:
        """Let pip of the build reach what pip of this machine reaches; no layer keeps it."""
        bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or BUNDLE
        (config := self._folder / "pip.conf").write_text(_pip_config(), "utf-8")
        shared = {bundle: BUNDLE, str(config): "/etc/pip.conf"}
        return [f"--volume={here}:{there}:ro" for here, there in shared.items()]

    def _run(self, command: Sequence[str], seconds: float) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def close(self) -> None:
        """End all containers and unmount the store."""
        self.tried("rm", "--all", "--force", "--time", "0", "--volumes")
        subprocess.run(["umount", str(self._folder / "graph" / "overlay")], check=False)


def _good(done: "subprocess.CompletedProcess[str]") -> str:
    shown = f"{' '.join(done.args[:3])} … exited {done.returncode}"
    assert done.returncode == 0, f"{shown}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _pip_config() -> str:
    """Return what pip is told on this machine, by files and by the environment."""
    asked = [sys.executable, "-m", "pip", "config", "list"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    found = {"cert": BUNDLE}
    for line in said.splitlines():
        place, _, value = line.partition("=")
        if (key := place.rpartition(".")[2]) in PIP_KEYS:
            found[key] = ast.literal_eval(value).replace("\n", " ")
    return "\n".join(["[global]", *(f"{key} = {value}" for key, value in found.items()), ""])
