"""The tests of streamal; CONTRIBUTING.md says how they are laid out."""
