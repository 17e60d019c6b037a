"""Bearer tokens as kafka-python asks for them."""

from kafka.net.sasl.oauth import AbstractTokenProvider

from streamal.brokers.kafka.tokens import Tokens


class _Provider(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    def token(self) -> str:
        """Return a token that is good now."""
        return self._tokens.token()


def provider(tokens: Tokens) -> AbstractTokenProvider:
    """Return what kafka-python asks for a token at every connection."""
    return _Provider(tokens)
