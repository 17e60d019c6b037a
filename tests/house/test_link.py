"""Links in the docs lead somewhere."""

from pathlib import Path

import pytest

from tests.house.link import dead_links, missing_pages
from tests.house.source import PACKAGE, ROOT, plant

PAGE = "# The way of one sample\n\nSee [above](#the-way-of-one-sample).\n"


def test_links_lead_somewhere() -> None:
    """Every relative link in the docs names a file and a heading that are there."""
    assert dead_links(ROOT) == []


def test_pages_that_code_points_to_are_there() -> None:
    """Every page of the docs that a comment or docstring names exists."""
    assert missing_pages(PACKAGE, ROOT) == []


def test_a_missing_page_is_found(tmp_path: Path) -> None:
    """A page that code names and nobody wrote is found, with file and line."""
    plant(tmp_path, "docs/page.md", PAGE)
    plant(tmp_path, "code/x.py", '"""See docs/page.md.\n\nAnd docs/' + 'gone.md.\n"""\n')
    assert missing_pages(tmp_path / "code", tmp_path) == ["x.py:3: nothing at docs/" + "gone.md"]


@pytest.mark.parametrize(
    "target",
    ["gone.md", "../gone.md", "docs/page.md#gone", "#gone"],
)
def test_a_dead_link_is_found(tmp_path: Path, target: str) -> None:
    """A link to a missing file or heading is found, with file and line."""
    plant(tmp_path, "docs/page.md", PAGE)
    plant(tmp_path, "README.md", f"# Title\n\nA [link]({target}).\n")
    assert dead_links(tmp_path) == [f"README.md:3: nothing at {target}"]


@pytest.mark.parametrize(
    "text",
    [
        "[page](docs/page.md#the-way-of-one-sample)",
        "[folder](docs/)",
        "[elsewhere](https://example.org/gone)",
        "```\n[code](gone.md)\n```",
    ],
)
def test_a_good_link_is_left_alone(tmp_path: Path, text: str) -> None:
    """Files, folders, headings, other sites and examples in code all pass."""
    plant(tmp_path, "docs/page.md", PAGE)
    assert dead_links(plant(tmp_path, "README.md", f"# Title\n\n{text}\n")) == []
