"""What is public is explained; tests say what they prove."""

from pathlib import Path

import pytest

from tests.house.docstring import speechless, undocumented
from tests.house.source import PACKAGE, ROOT, plant

PORT = '''
from typing import Protocol
class Port(Protocol):
    """A port."""
    def poll(self) -> int:
        """Return the next one."""
class Base:
    """A base."""
    def close(self) -> None:
        """Release it."""
'''
HEIR = '''
class Heir(Base):
    """An implementation."""
    def poll(self) -> int:
        return 1
    def close(self) -> None:
        pass
    def _own(self) -> None:
        pass
'''


def test_everything_public_is_explained() -> None:
    """Every public class, function and method of the package has a docstring."""
    assert undocumented(PACKAGE) == []


def test_every_test_says_its_law() -> None:
    """Every test function begins with a sentence: the law it proves."""
    assert speechless(ROOT / "tests") == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("def f() -> int:\n    return 1\n", "bad.py:1: f is public and has no docstring"),
        ("class C:\n    x = 1\n", "bad.py:1: C is public and has no docstring"),
        (
            'class C:\n    """Doc."""\n    def m(self) -> int:\n        return 1\n',
            "bad.py:3: m is public and has no docstring",
        ),
    ],
)
def test_what_is_not_explained_is_found(tmp_path: Path, text: str, finding: str) -> None:
    """The rule names file, line and name of a function, class or method without one."""
    assert undocumented(plant(tmp_path, "bad.py", text)) == [finding]


def test_a_port_or_a_base_speaks_for_its_implementations(tmp_path: Path) -> None:
    """A method explained in a port or a base needs no second docstring; alone it does."""
    plant(tmp_path, "impl.py", HEIR)
    assert len(undocumented(tmp_path)) == 2
    plant(tmp_path, "port.py", PORT)
    assert undocumented(tmp_path) == []


def test_what_is_private_may_be_silent(tmp_path: Path) -> None:
    """Names that begin with an underscore, and setters, need no docstring."""
    private = (
        "def _f() -> int:\n    return 1\nclass _C:\n    def m(self) -> int:\n        return 1\n"
    )
    assert undocumented(plant(tmp_path, "good.py", private)) == []


@pytest.mark.parametrize("docstring", ["", '    """Law."""\n', '    """no end here"""\n'])
def test_a_speechless_test_is_found(tmp_path: Path, docstring: str) -> None:
    """No docstring, one word, or no end of a sentence: each is found, methods too."""
    plant(tmp_path, "test_bad.py", f"def test_it() -> None:\n{docstring}    assert True\n")
    assert speechless(tmp_path) == ["test_bad.py:1: test_it does not say the law it proves"]
