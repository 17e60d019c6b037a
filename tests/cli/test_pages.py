"""Pages that cannot rot: what they list is what the code has."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamal import errors
from tests.cli import page
from tests.cli.shell import ROOT
from tests.lab.test_status import FIELDS

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
OPERATING = (DOCS / "operate.md").read_text(encoding="utf-8")


def test_the_page_of_commands_is_up_to_date() -> None:
    """docs/cli.md is what the program says of itself."""
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == page.page()


@pytest.mark.parametrize(("name", "command"), list(page.commands()))
def test_every_command_teaches(name: str, command: object) -> None:
    """Help begins with a short sentence of its own, and every word of a command has a meaning."""
    first = (getattr(command, "help", "") or "").partition("\n")[0]
    assert re.fullmatch(r"[A-Z].{10,90}[.?]", first), name
    for one in getattr(command, "params", ()):
        assert one.help, f"{name} {one.name}"


def _rows(text: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of the first table below a heading, without its head."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def _first_words(text: str, heading: str, width: int = 1) -> list[str]:
    return [" ".join(re.findall(r"`(\w+)`", " ".join(r[:width]))) for r in _rows(text, heading)]


CALLED = {"Poison", "Refusal"}
STAGES = {
    "decode": ["wire/samples.py", "wire/diagnosis.py"],
    "features": ["learners/featuretypes.py"],
    "predict": ["learners/model.py"],
    "label": ["wire/labels.py", "core/answers.py", "core/panel.py"],
    "candidates": ["runtime/arbitration.py"],
}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _reasons(path: Path) -> set[str]:
    """Return every reason that a module gives: to Poison, to Refusal, or before a message."""
    found = {word for node in ast.walk(_tree(path)) for word in _given(node)}
    return {word for word in found if re.fullmatch(r"[a-z][a-z_0-9]*", word)}


def _given(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLED:
        yield from _words(node.args[0])
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield from _words(node.value.elts[0])
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
        yield from _words(node.value)


def _words(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_words(node.body), *_words(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_reason_of_a_dead_letter_is_told() -> None:
    """The table of dead letters has each stage and reason of the code, and no other."""
    wanted = {
        f"{stage} {reason}"
        for stage, files in STAGES.items()
        for file in files
        for reason in _reasons(ROOT / "streamal" / file)
    }
    assert sorted(_first_words(OPERATING, "Dead letters", 2)) == sorted(wanted)


def test_no_other_module_gives_reasons() -> None:
    """Dead letters come from the modules that the table is checked against."""
    known = {ROOT / "streamal" / file for files in STAGES.values() for file in files}
    for path in {*(ROOT / "streamal").rglob("*.py")} - known:
        calls = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))
        assert [word for node in calls for word in _given(node)] == [], path


def test_every_field_of_status_is_told() -> None:
    """The table of status has its fields, in order."""
    assert _first_words(OPERATING, "Status") == FIELDS.split()


def test_every_event_of_the_log_is_told() -> None:
    """The table of logs has every event that the code logs."""
    text = "".join(
        (ROOT / "streamal" / name).read_text(encoding="utf-8")
        for name in ("runtime/worker.py", "cli/service.py", "cli/logs.py", "serve/server.py")
    )
    calls = r"(?:log\.(?:info|warning|error)|self\._tell)\(\s*\"(\w+)\""
    logged = set(re.findall(calls, text))
    assert set(_first_words(OPERATING, "Logs")) == logged


def test_every_exit_code_is_told() -> None:
    """Each exit code of the errors is in both tables that list them."""
    codes = {
        str(one.exit_code)
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.StreamalError)
    }
    for text in (page.HEAD, OPERATING):
        told = set(re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE))
        assert told == codes | {"0", "130", "143"}


def _examples() -> Iterator[tuple[str, list[str]]]:
    """Yield each example of a command line in a page, or in the help of a command."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for line in re.findall(r"(?:^\$ |`)(streamal [^`\n]+)", text, flags=re.MULTILINE):
            words = shlex.split(line.rstrip("&").partition(" #")[0].replace("…", ""), comments=True)
            yield f"{path.name}: {line}", words[1:]


KNOWN = dict(page.commands())


def _command_of(words: list[str]) -> str:
    pair = " ".join(words[:2])
    return pair if pair in KNOWN else words[0]


@pytest.mark.parametrize(("where", "words"), list(_examples()))
def test_examples_use_words_that_exist(where: str, words: list[str]) -> None:
    """Every command and option that a page shows is one of the program's."""
    assert where
    name = _command_of(words)
    if name.startswith(("-", "[")) or name in {"topics", "dlq"}:
        return
    assert name in KNOWN
    options = {word for one in getattr(KNOWN[name], "params", ()) for word in one.opts}
    for word in words[1:]:
        if re.match(r"--?[a-z]", word):
            assert word.partition("=")[0] in options | {"--help"}
