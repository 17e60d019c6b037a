"""What every implementation of a port must do, as classes of tests that they inherit."""

import pytest

for _part in ("site", "pipe", "reading", "writing", "groups", "topics", "model", "broker"):
    pytest.register_assert_rewrite(f"tests.contracts.{_part}")
