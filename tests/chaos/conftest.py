"""What the chaos tests share: their mark, and the leaks of a client that is not ours."""

from pathlib import Path

import pytest

from tests.kafka.conftest import LEAKS, swept

__all__ = ["swept"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the client of `tests.kafka` leak here, too: it asks whether a cluster is ready."""
    for item in items:
        if HERE in item.path.parents:
            for leak in LEAKS:
                item.add_marker(pytest.mark.filterwarnings(leak))
