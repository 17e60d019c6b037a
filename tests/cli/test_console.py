"""What is printed for people is what was found, whole."""

import pytest

from streamal.cli.console import print_table


def test_text_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """An id that looks like markup is printed as it is."""
    print_table("Ids", [("[b]", "[/x] \\[y]")], ("one", "two"))
    out = capsys.readouterr().out
    assert "[b]" in out
    assert "[/x] \\[y]" in out


def test_names_are_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is wider than the table goes on in the next line."""
    name = "x" * 300
    print_table("Names", [("a", name), ("b", "c")], ("one", "two"))
    assert capsys.readouterr().out.count("x") == 300
