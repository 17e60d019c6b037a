"""The same program over a file: simulate, annotate, verify, export, and their reports."""
