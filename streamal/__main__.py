"""`python -m streamal` is the command `streamal`."""

from streamal.cli import main

if __name__ == "__main__":
    main()
