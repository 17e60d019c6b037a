"""The pure core: no clock, no dice, no input or output, no logging.

State machines take an input and return what must be written; whoever calls them
reads the clock, talks to the broker, and restores them after a failed commit.
"""
