"""What the pages tell of a worker that never changes while it runs."""

import msgspec

from streamal.runtime.plan import Role


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's fixed facts.

    Parameters
    ----------
    limits
        Names of the budget's limits.
    classes
        The declared ones.
    uniform
        The part of the share that the policy draws uniformly.
    versions
        Of streamal, of Python, of the learning library.
    config_hash
        Of the configuration, its secrets masked.
    """

    instance: str
    role: Role
    limits: tuple[str, ...]
    classes: tuple[str, ...]
    uniform: float
    versions: tuple[str, str, str]
    config_hash: str

    @property
    def scores(self) -> bool:
        """Whether it has the scorer's role."""
        return self.role in ("all", "scorer")

    @property
    def arbitrates(self) -> bool:
        """Whether it can become the arbiter."""
        return self.role in ("all", "arbiter")
