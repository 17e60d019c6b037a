"""The schema of every topic: bytes to records and back. Nothing here decides anything."""
