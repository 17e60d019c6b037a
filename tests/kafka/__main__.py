"""Run a cluster until SIGTERM or SIGINT: `python -m tests.kafka [--nodes 3] [--dir D]`.

The first line on stdout is the list of bootstrap servers, written when all are ready.
With `--secure` more lines follow: each listener of tests.kafka.secure, then the authority.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kafka.cluster import Cluster
from tests.kafka.jars import NoKafka
from tests.kafka.node import NodeFailed
from tests.kafka.secure import PROTOCOLS


def main() -> None:
    """Start, say where, wait, stop."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also while it starts
    try:
        with _folder(asked.dir) as folder, Cluster(folder, asked.nodes, asked.secure) as cluster:
            _say(cluster, asked.secure)
            signal.pause()
    except KeyboardInterrupt:
        pass
    except (NoKafka, NodeFailed) as failure:
        sys.exit(str(failure))


@contextmanager
def _folder(given: str | None) -> Iterator[Path]:
    """The folder that was named, or one that goes when the cluster does."""
    if given is not None:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="kafka-") as scratch:
        yield Path(scratch)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kafka", description=__doc__)
    parser.add_argument("--nodes", type=int, default=1, help="how many (default 1)")
    parser.add_argument("--secure", action="store_true", help="TLS and passwords too")
    parser.add_argument("--dir", help="a new folder for data and logs (default: a temporary one)")
    return parser.parse_args()


def _say(cluster: Cluster, is_secure: bool) -> None:
    lines = [",".join(cluster.bootstrap)]
    if is_secure:
        lines += [f"{name} {','.join(cluster.addresses(name))}" for name in PROTOCOLS]
        lines.append(f"ca_file {cluster.ca_file}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
