"""Configurations for tests: valid trees of plain values, and a file that holds one."""

from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

from streamal.settings import Duration
from streamal.settings.load import checked
from streamal.settings.problems import written
from streamal.settings.topics import LOGICAL
from streamal.settings.yaml_text import flow

NAMES = st.text("abcdefgh", min_size=1, max_size=6)
COUNTS = st.integers(1, 10**9)
SHARES = st.floats(0, 1)
PARTS = st.floats(0, 1, exclude_min=True)
DURATIONS = st.builds(lambda ms: str(Duration(ms)), st.integers(1, 10**12))
MAYBE_COUNTS = st.none() | COUNTS
KINDS = st.sampled_from(["number", "category", "text"])
OUTCOMES = ["expired", "skipped", "rejected", "unknown", "retracted"]
MASKED = "*" * 10
"""What is shown of a secret; as a password it even survives being dumped."""

_POLICY = {
    "utility": st.sampled_from(["margin", "least_confidence", "entropy"]),
    "exploration": SHARES,
    "window": COUNTS,
}
_STEP = _POLICY | {"step": PARTS}

POLICIES = st.one_of(
    st.fixed_dictionaries({}, optional={"kind": st.just("rank"), **_POLICY}),
    st.fixed_dictionaries({"kind": st.just("fixed"), "threshold": PARTS}, optional=_POLICY),
    st.fixed_dictionaries({"kind": st.just("variable")}, optional=_STEP),
    st.fixed_dictionaries(
        {"kind": st.just("randomised")},
        optional={**_STEP, "spread": st.floats(0, 9, exclude_min=True)},
    ),
    st.fixed_dictionaries({"kind": st.just("split")}, optional={**_STEP, "random_share": SHARES}),
    st.fixed_dictionaries({"kind": st.sampled_from(["random", "periodic"])}, optional=_POLICY),
)

LIMITS = st.one_of(
    st.fixed_dictionaries({"count": COUNTS}, optional={"over": MAYBE_COUNTS}),
    st.fixed_dictionaries({"rate": PARTS}, optional={"burst": st.integers(0, 99)}),
    st.fixed_dictionaries({"window": st.fixed_dictionaries({"count": COUNTS, "every": DURATIONS})}),
    st.fixed_dictionaries(
        {
            "cost": st.floats(2, 1e6),
            "per_label": st.floats(0.001, 2)
            | st.dictionaries(NAMES, st.floats(0.001, 2), min_size=1, max_size=3),
        },
        optional={"over": MAYBE_COUNTS},
    ),
)

SECURITY = st.one_of(
    st.fixed_dictionaries({}, optional={"protocol": st.just("plaintext")}),
    st.fixed_dictionaries({"protocol": st.just("ssl")}, optional={"check_hostname": st.booleans()}),
    st.fixed_dictionaries(
        {
            "protocol": st.sampled_from(["sasl_ssl", "SASL_SSL"]),
            "mechanism": st.sampled_from(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
            "username": NAMES,
            "password": st.just(MASKED),
        }
    ),
)

BROKERS = st.one_of(
    st.fixed_dictionaries({}, optional={"path": NAMES | st.just(":memory:")}),
    st.fixed_dictionaries(
        {"kind": st.just("kafka")},
        optional={
            "client": st.sampled_from(["kafka-python", "confluent"]),
            "bootstrap_servers": st.just("a:1,[::1]:2")
            | st.lists(NAMES.map(lambda name: f"{name}:9092"), min_size=1, max_size=3),
            "security": SECURITY,
            "replication_factor": st.none() | st.integers(3, 9),
            "min_insync_replicas": st.none() | st.integers(1, 3),
            "compression": st.sampled_from(["none", "gzip", "snappy", "lz4", "zstd"]),
            "call_timeout": st.integers(1, 99).map(lambda seconds: f"{seconds}s"),
            "static_membership": st.booleans(),
            "on_missing_offsets": st.sampled_from(["fail", "earliest"]),
        },
    ),
)

SECTIONS = {
    "broker": BROKERS,
    "topics": st.fixed_dictionaries(
        {},
        optional={
            "prefix": NAMES,
            "partitions": COUNTS,
            **{name: st.just(f"{name}.2") for name in LOGICAL},
            "retention": st.fixed_dictionaries(
                {}, optional={"samples": st.none() | DURATIONS, "dead-letters": DURATIONS}
            ),
        },
    ),
    "samples": st.fixed_dictionaries(
        {},
        optional={
            "id": st.none() | NAMES,
            "features": st.just("*") | st.lists(NAMES, max_size=3),
            "payload": st.lists(NAMES, max_size=3),
            "types": st.dictionaries(NAMES, KINDS, max_size=3),
        },
    ),
    "model": st.fixed_dictionaries(
        {},
        optional={
            "preset": st.sampled_from(["auto", "linear", "bayes", "tree", "forest", "text"]),
            "classes": st.none() | st.lists(NAMES, min_size=2, max_size=4, unique=True),
            "seed": st.integers(0, 2**32 - 1),
        },
    )
    | st.just({"factory": "package.module:make"}),
    "policy": POLICIES,
    "auto_label": st.just("off") | st.fixed_dictionaries({"threshold": PARTS}),
    "budget": st.lists(LIMITS, min_size=1, max_size=3),
    "stop": st.fixed_dictionaries(
        {},
        optional={
            "accuracy": st.none() | st.floats(0, 1, exclude_min=True, exclude_max=True),
            "deadline": st.none() | st.just("2026-12-01T00:00:00Z"),
            "no_gain": st.none() | st.booleans() | st.fixed_dictionaries({"labels": COUNTS}),
        },
    ),
    "requests": st.fixed_dictionaries(
        {},
        optional={
            "expire_after": DURATIONS,
            "refund": st.lists(st.sampled_from(OUTCOMES), max_size=3),
            "ask_again": st.integers(0, 9),
            "remember": DURATIONS,
            "max_ahead": MAYBE_COUNTS,
        },
    ),
    "labels": st.fixed_dictionaries(
        {}, optional={"unsolicited": st.booleans(), "per_request": st.just(1), "agreement": PARTS}
    ),
    "http": st.fixed_dictionaries({}, optional={"host": NAMES, "port": st.integers(0, 65_535)}),
}

TREES = st.fixed_dictionaries({}, optional=SECTIONS)


def wrong(tree: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a tree, one line each."""
    _, found = checked(tree)
    return [
        f"{written(one.path if one.key is None else (*one.path, one.key))}: {one.text}"
        for one in found
    ]


def write(folder: Path, text: str, name: str = "streamal.yaml") -> Path:
    """Write a file of configuration and return where it is."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def as_variables(tree: object, path: tuple[str, ...] = ("STREAMAL",)) -> dict[str, str]:
    """Return variables that set every leaf of a tree, lists item by item."""
    if tree == "off" and path[-1] == "AUTO_LABEL":
        tree = {"threshold": "off"}
    if isinstance(tree, dict) and tree:
        items = [(name.replace("-", "_").upper(), value) for name, value in tree.items()]
    elif isinstance(tree, list) and tree:
        items = [(str(index), value) for index, value in enumerate(tree)]
    else:
        name = "__".join(path).replace("STREAMAL__", "STREAMAL_", 1)
        return {name: tree if isinstance(tree, str) else flow(tree)}
    found: dict[str, str] = {}
    for key, value in items:
        found |= as_variables(value, (*path, key))
    return found
