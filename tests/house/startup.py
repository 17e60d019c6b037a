"""What a statement makes Python import, seen in a process of its own."""

import subprocess
import sys

from tests.house.source import ROOT

HEAVY = {"numpy", "pandas", "pyarrow", "pydantic", "river", "scipy", "sqlite3"}
REPORT = """
import sys
try:
    {code}
except SystemExit as done:
    assert not done.code, done.code
print(*sorted({{name.partition(".")[0] for name in sys.modules}}), file=sys.stderr)
"""


def heavy_imports(code: str) -> set[str]:
    """The heavy libraries that are loaded after one line of code has run."""
    run = subprocess.run(
        [sys.executable, "-c", REPORT.format(code=code)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise AssertionError(f"{code!r} failed:\n{run.stderr}")
    return HEAVY & set(run.stderr.splitlines()[-1].split())
