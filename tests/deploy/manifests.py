"""The manifests of Kubernetes as they are written, and as kustomize makes them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from streamal.cli.program import app
from tests.house.source import ROOT

Manifest = dict[str, Any]

K8S = ROOT / "deploy" / "k8s"
OTHER_FILES = {"kustomization.yaml", "streamal.yaml"}


def sources() -> list[Manifest]:
    """Return the manifests as they are written, and the base's configuration."""
    files = [path for path in sorted(K8S.rglob("*.yaml")) if path.name not in OTHER_FILES]
    config: Manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "streamal-config"},
        "data": {"streamal.yaml": (K8S / "base" / "streamal.yaml").read_text(encoding="utf-8")},
    }
    return [config, *(one for path in files for one in yaml.safe_load_all(path.read_text()))]


def kustomized(folder: Path) -> list[Manifest]:
    """Return what kustomize makes of a folder."""
    words = ["kubectl", "kustomize", str(folder)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return list(yaml.safe_load_all(ran.stdout))


def above(below: str, component: str) -> list[Manifest]:
    """Return what kustomize makes of a folder of ours with a component above it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        here = os.path.relpath(K8S, folder)
        text = f"resources: [{here}/{below}]\ncomponents: [{here}/components/{component}]\n"
        (folder / "kustomization.yaml").write_text(text)
        return kustomized(folder)


WAYS: dict[str, Callable[[], list[Manifest]]] = {
    "sources": sources,
    "base": lambda: kustomized(K8S / "base"),
    "monitoring": lambda: above("base", "monitoring"),
    "keda": lambda: above("base", "keda"),
    "look": lambda: above("base", "look"),
    "scorers-only": lambda: above("overlays/production", "scorers-only"),
    "apply-model": lambda: above("overlays/production", "apply-model"),
    "production": lambda: kustomized(K8S / "overlays" / "production"),
    "autoscaled": lambda: kustomized(K8S / "overlays" / "autoscaled"),
}


def made(way: str) -> list[Manifest]:
    """Return the manifests of one way to use them, or skip where nothing can make them."""
    if way != "sources" and shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed, which has kustomize in it")
    return _once(way)


@cache
def _once(way: str) -> list[Manifest]:
    return WAYS[way]()


def of(kind: str, manifests: list[Manifest], name: str = "streamal") -> Manifest:
    """Return the one of a kind and name."""
    found = [m for m in manifests if m["kind"] == kind and m["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def pods(manifests: list[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield the spec and the one container of each pod that there will be."""
    for manifest in manifests:
        if "template" in manifest.get("spec", {}):
            spec = manifest["spec"]["template"]["spec"]
            (container,) = spec["containers"]
            yield spec, container


def worker(manifests: list[Manifest]) -> Manifest:
    """Return the pod's template of the service itself, with its labels."""
    template: Manifest = of("StatefulSet", manifests)["spec"]["template"]
    return template


def parsed(words: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the command that a container's words name, and its options."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command.name, command.make_context(command.name, list(words)).params


def selects(selector: Manifest, template: Manifest) -> bool:
    """Does a selector find the pods of a template?"""
    labels: dict[str, str] = template["metadata"]["labels"]
    return set(selector.items()) <= set(labels.items())
