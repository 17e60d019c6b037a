"""Every change that users notice has a fragment that a release will find."""

from pathlib import Path

import pytest

from tests.house.fragment import misnamed
from tests.house.source import ROOT, plant


def test_fragments_have_a_kind() -> None:
    """Each file in changelog.d/ is named NAME.KIND.md and says something."""
    assert misnamed(ROOT) == []


@pytest.mark.parametrize("name", ["note.md", "pace.improved.md", "a.b.fixed.md", "x.fixed.txt"])
def test_a_misnamed_fragment_is_found(tmp_path: Path, name: str) -> None:
    """No kind, an unknown kind, a dot in the name, another suffix: each is found."""
    plant(tmp_path, "changelog.d/good.added.md", "New.\n")
    plant(tmp_path, f"changelog.d/{name}", "Text.\n")
    (finding,) = misnamed(tmp_path)
    assert finding.startswith(f"{name}:1: not NAME.KIND.md")


def test_an_empty_fragment_is_found(tmp_path: Path) -> None:
    """A fragment without a word is found."""
    plant(tmp_path, "changelog.d/pace.fixed.md", "\n")
    assert misnamed(tmp_path) == ["pace.fixed.md:1: says nothing"]
