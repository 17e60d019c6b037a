"""docs/python.md: its blocks run, in order, and print what the page says."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block works after those before it, and the first prints the text below it."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    told = []
    for number, block in enumerate(blocks("python")):
        exec(compile(block, f"docs/python.md, block {number}", "exec"), names)
        told.append(capsys.readouterr().out)
    assert len(told) > 8
    assert told[0] == blocks("text")[0]
    assert "order-17: " in told[1]
    assert any(text.startswith("small [{'small': 0.9") for text in told)
    assert "of the pool with 60 labels" in "".join(told)
    assert told[-1].startswith("type_changed - feature 'x0' is a number since")
