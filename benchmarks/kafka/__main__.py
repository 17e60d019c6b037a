"""`python -m benchmarks.kafka`."""

from benchmarks.kafka import main

if __name__ == "__main__":
    main()
