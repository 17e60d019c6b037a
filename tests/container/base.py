"""A stand-in for the base image: Debian with Python, made once by mmdebstrap and kept in a cache.

No registry is asked. The mirror is the one that apt uses on this machine, read when it is needed.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

DOCKERFILE = Path(__file__).resolve().parents[2] / "deploy" / "Dockerfile"

SUITE = "trixie"
"""The Debian whose Python is 3.13, as in the tag of the base image."""

PACKAGES = ("ca-certificates", "python3-minimal", "python3-venv", "libpython3-stdlib")
LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*")

PATIENCE = 600.0
"""Seconds that it may take; 30 with a mirror nearby."""


class NoContainers(Exception):
    """No container can run here; the text says what is lacking."""


def name() -> str:
    """Return what the Dockerfile calls its base."""
    found = re.search(r"^ARG BASE_IMAGE=(\S+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    assert found is not None, "the Dockerfile names no base"
    return found.group(1)


def archive() -> Path:
    """Return the file system of the base; make it if nobody did before.

    Raises
    ------
    NoContainers
        This is no machine with Debian's apt, or the mirror does not answer.
    """
    kept = _cache() / f"base-{SUITE}.tar"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{kept.stem}-", dir=kept.parent) as folder:
            made = Path(folder) / kept.name
            _bootstrap(made)
            made.replace(kept)  # two runs at once, or a killed one, leave no half
    return kept


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "streamal"


def _bootstrap(into: Path) -> None:
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command += [f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT]
    try:
        done = subprocess.run(
            [*command, SUITE, str(into), _mirror()],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as late:
        raise NoContainers(f"mmdebstrap did not end within {PATIENCE:.0f} s") from late
    if done.returncode != 0:
        raise NoContainers(f"mmdebstrap could not make the base:\n{done.stderr[-2000:]}")


def _mirror() -> str:
    """Where apt of this machine gets Debian from."""
    if shutil.which("apt-get") is None:
        raise NoContainers("a base image for tests needs a Debian mirror, and here is no apt-get")
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        origin, label, address = line.split("|", 2)
        if origin == label == "Debian":
            return address
    raise NoContainers("apt of this machine knows no Debian mirror (apt-get update makes it look)")
