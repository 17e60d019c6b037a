"""Proofs of membership: the bytes that a consumer hands to a producer."""

import sys

from streamal.errors import BrokerError

_HEAD = b"CGMDv2:"
"""How librdkafka 2 begins one. The generation follows, four bytes in the order of this
machine, then the group and the member's id, each with a zero at its end."""

_GENERATION = slice(len(_HEAD), len(_HEAD) + 4)


def is_whole(proof: bytes) -> bool:
    r"""Return whether a proof names a generation, and a member of it.

    There is none before the group was joined. Thrown out of its group a consumer forgets
    its own id, or the generation.

    Examples
    --------
    >>> is_whole(b"CGMDv2:" + (7).to_bytes(4, sys.byteorder) + b"group\0member\0")
    True
    >>> is_whole(b"CGMDv2:" + (7).to_bytes(4, sys.byteorder) + b"group\0\0")
    False
    """
    if not proof.startswith(_HEAD):
        raise BrokerError(f"librdkafka gives a proof of membership of an unknown form: {proof!r}")
    generation = int.from_bytes(proof[_GENERATION], sys.byteorder, signed=True)
    _, member, _ = proof[_GENERATION.stop :].split(b"\0", 2)
    return bool(member) and generation >= 0
