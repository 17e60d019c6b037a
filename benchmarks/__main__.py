"""Lists the benchmarks: `make bench BENCH=NAME` runs one."""

import importlib
import pkgutil

import benchmarks


def main() -> None:
    """Print each benchmark's first line."""
    for found in pkgutil.iter_modules(benchmarks.__path__):
        module = importlib.import_module(f"benchmarks.{found.name}")
        if hasattr(module, "main") and found.name not in ("__main__", "one"):
            print(f"{found.name:10} {(module.__doc__ or '').splitlines()[0]}")


if __name__ == "__main__":
    main()
