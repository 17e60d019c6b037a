"""The client kafka-python: all of it in Python, nothing to build."""

from streamal.brokers.kafka.python.admin import Admin
from streamal.brokers.kafka.python.client import PythonClient

__all__ = ["Admin", "PythonClient"]
