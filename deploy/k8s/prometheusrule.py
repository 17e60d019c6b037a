"""The rules of Prometheus as the Prometheus Operator wants them.

`python -m deploy.k8s.prometheusrule` writes the manifest anew from deploy/prometheus. A
test compares the two, so the rules exist once.
"""

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "prometheus"
SOURCES = ("recording.yml", "alerts.yml")
TARGET = HERE / "components" / "monitoring" / "prometheusrule.yaml"

HEAD = """\
# Made from deploy/prometheus by `python -m deploy.k8s.prometheusrule`; change the rules there.
"""


class _Dumper(yaml.SafeDumper):
    """Writes an expression of several lines as it was written."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Return text as a block where it has line breaks."""
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list, as the other manifests do."""
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(str, _Dumper.represent_str)


def groups(folder: Path) -> list[Any]:
    """Return the groups of all files of a folder, in their order."""
    read = [yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in SOURCES]
    return [group for rules in read for group in rules["groups"]]


def manifest(folder: Path = RULES) -> dict[str, Any]:
    """Return the PrometheusRule with the rules of a folder."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "streamal", "labels": {"app.kubernetes.io/name": "streamal"}},
        "spec": {"groups": groups(folder)},
    }


def written(folder: Path = RULES) -> str:
    """Return it as the text of a file."""
    rule = manifest(folder)
    return HEAD + yaml.dump(rule, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
