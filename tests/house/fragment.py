"""Changelog fragments: one file per change, with a kind that readers know."""

from pathlib import Path

KINDS = ("added", "changed", "deprecated", "fixed", "removed", "security")


def misnamed(folder: Path) -> list[str]:
    """Files of changelog.d/ that no release would pick up, and empty ones."""
    return [
        f"{path.name}:1: {what}"
        for path in sorted((folder / "changelog.d").iterdir())
        if path.name != "README.md" and (what := _wrong(path))
    ]


def _wrong(path: Path) -> str:
    parts = path.name.split(".")
    if len(parts) != 3 or parts[2] != "md" or parts[1] not in KINDS:
        return f"not NAME.KIND.md with KIND one of {', '.join(KINDS)}"
    return "" if path.read_text(encoding="utf-8").strip() else "says nothing"
