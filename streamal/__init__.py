"""streamal: samples a stream under a label budget that holds."""

__version__ = "0.1.0"
