"""Who may do what: the access control list of a secure cluster."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from tests.kafka.client import admin

PATIENCE = 30.0
"""Seconds until a broker knows what the controller was told; mostly none."""

PAUSE = 0.02
ANYWHERE = "*"


def grant(bootstrap: Sequence[str], principal: str, rights: Sequence[str]) -> None:
    """Allow what each right says, such as `READ TOPIC samples` or `ALL GROUP app-*`.

    A star at the end stands for every name that begins so. Returns when a broker obeys it
    (with three nodes: one of them).
    """
    wanted = [_entry(principal, right) for right in rights]
    with closing(admin(bootstrap)) as client:
        if refused := client.create_acls(wanted)["failed"]:
            raise refused[0]
    _wait(bootstrap, principal, lambda found: all(entry in found for entry in wanted))


def revoke(bootstrap: Sequence[str], principal: str) -> None:
    """Take back all that was granted; return when a broker obeys it."""
    with closing(admin(bootstrap)) as client:
        client.delete_acls([_all_of(principal)])
    _wait(bootstrap, principal, lambda found: not found)


def _entry(principal: str, right: str) -> ACL:
    operation, kind, name = right.split()
    return ACL(
        principal,
        ANYWHERE,
        ACLOperation[operation],
        ACLPermissionType.ALLOW,
        ResourcePattern(ResourceType[kind], *_pattern(name)),
    )


def _pattern(name: str) -> tuple[str, ACLResourcePatternType]:
    """A prefix; a star alone is the broker's own word for every name."""
    if name.endswith("*") and name != "*":
        return name.removesuffix("*"), ACLResourcePatternType.PREFIXED
    return name, ACLResourcePatternType.LITERAL


def _all_of(principal: str) -> ACLFilter:
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    return ACLFilter(principal, None, ACLOperation.ANY, ACLPermissionType.ANY, anything)


def _wait(bootstrap: Sequence[str], principal: str, is_done: Callable[[list[ACL]], bool]) -> None:
    """The controller answers before the brokers have read its log."""
    deadline = time.monotonic() + PATIENCE
    with closing(admin(bootstrap)) as client:
        while not is_done(client.describe_acls(_all_of(principal))[0]):
            assert time.monotonic() < deadline, f"the rights of {principal} do not change"
            time.sleep(PAUSE)
