"""Metrics that outlive their worker: those of a simulation whose pages stay."""

from streamal.serve.metrics import Metrics


class Exhibit(Metrics):
    """Is ready from its worker's start on, and shows at the end what was shown last."""

    def restored(self, seconds: float, version: int) -> None:
        super().restored(seconds, version)
        self.ready(is_ready=True, is_held=False)

    def abdicated(self) -> None:
        """Leave the ledger on show."""
