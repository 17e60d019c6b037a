"""What a log is worth at the end: an own count, and `verify`."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

from tests.crash.count import findings
from tests.crash.facts import Facts
from tests.crash.process import once
from tests.crash.rounds import Kills
from tests.crash.site import BURST, COUNT, RATE, Site
from tests.crash.spent import Spent

Tell = Callable[[str], None]

CRASHES = 8
"""The one law that a log cannot tell: that all others hold after crashes."""


def rest(site: Site) -> None:
    """Run until nothing comes any more."""
    ended = once(site.folder, "run", "--until-idle", "1")
    assert ended.returncode == 0, ended.stderr


def counted(site: Site) -> list[str]:
    """Return what an own count finds wrong."""
    facts = Facts(site.broker)
    spent = Spent(facts, RATE, BURST, COUNT)
    return [*findings(facts, site.poisoned), *spent.findings()]


def states(site: Site) -> dict[int, str]:
    """Return what `verify` says of each law, and check its exit code."""
    ended = once(site.folder, "verify", "--json")
    laws = {one["law"]: one["state"] for one in json.loads(ended.stdout)["laws"]}
    assert ended.returncode == ("violated" in laws.values()), ended.stderr
    return laws


def assert_whole(site: Site) -> None:
    """Check that nothing is lost, repeated or overspent."""
    found = counted(site)
    assert not found, "\n".join([f"{len(found)} findings", *found[:10]])
    violated = [law for law, state in states(site).items() if state == "violated"]
    assert not violated, f"`verify` finds these laws violated: {violated}"


def unseen(site: Site) -> list[int]:
    """Return the laws that `verify` found nothing to check for."""
    return [law for law, state in states(site).items() if state == "not checkable"]


def figures(site: Site, kills: Kills) -> Iterator[str]:
    """Yield what happened, a line each."""
    facts = Facts(site.broker)
    kinds = Counter(fact.said["kind"] for fact in facts.updates)
    reasons = Counter(reason for at, reason in facts.buried if at.startswith("labels/"))
    died = ", ".join(f"{name} {count}" for name, count in kills.died.items())
    resumed = sorted(kills.resumed)
    yield f"kills: {died}"
    yield (
        f"samples {len(facts.samples)}, of these poison {site.poisoned}; "
        f"requests {len(facts.requests)}, answers {len(facts.labels)}, "
        f"learned {kinds['example']}, requests ended otherwise {kinds['closed']}, "
        f"answers refused {dict(reasons)}"
    )
    yield (
        f"from start to first decision: median {resumed[len(resumed) // 2]:.1f} s, "
        f"slowest {resumed[-1]:.1f} s"
    )
