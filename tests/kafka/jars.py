"""Apache Kafka itself: the jars named by pom.xml, downloaded once and kept in a cache."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

POM = Path(__file__).with_name("pom.xml")
VERSION = ET.parse(POM).findtext("dependencies/dependency/version", "")

OLDEST_JAVA = 17
"""Kafka 4 runs on no older one."""

PATIENCE = 600.0
"""Seconds that a download may take; 44 MB."""


class NoKafka(Exception):
    """No Kafka can run here; the text says what is lacking."""


def jars() -> Path:
    """Return the folder of all jars of Kafka; download them if nobody did before.

    Raises
    ------
    NoKafka
        Without Java, Maven or setpriv, or when the download fails.
    """
    if lacking := lacks():
        raise NoKafka(f"a broker for tests needs {' and '.join(lacking)}")
    folder = _cache() / f"kafka-{VERSION}"
    if not folder.is_dir():
        if shutil.which("mvn") is None:
            raise NoKafka(f"a broker for tests needs Maven (mvn), once, to fill {folder}")
        _download(folder)
    return folder


def lacks() -> list[str]:
    """Name what this machine lacks to run the jars."""
    lacking = []
    if (found := _java_version()) < OLDEST_JAVA:
        lacking.append(f"Java {OLDEST_JAVA} or newer ({f'found {found}' if found else 'no java'})")
    if shutil.which("setpriv") is None:
        lacking.append("setpriv (of util-linux), so that no broker outlives the tests")
    return lacking


def _java_version() -> int:
    """The major version of the `java` on the path; 0 where there is none."""
    if shutil.which("java") is None:
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(found.group(1)) if found else 0


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "streamal"


def _download(folder: Path) -> None:
    """Fill a sibling, then rename it: two runs at once, or a killed one, leave no half."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as parent:
        filled = Path(parent) / "jars"
        _copy_dependencies(filled)
        try:
            filled.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another run was faster
                raise


def _copy_dependencies(into: Path) -> None:
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as late:
        raise NoKafka(f"Maven did not download Kafka within {PATIENCE:.0f} s") from late
    if done.returncode != 0:
        raise NoKafka(f"Maven could not download Kafka:\n{(done.stdout + done.stderr)[-2000:]}")
