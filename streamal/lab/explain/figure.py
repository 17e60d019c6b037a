"""Numbers as people read them: as few digits as do not mislead."""

from decimal import Decimal

PRECISE = 17
"""Digits that tell any two numbers apart (IEEE 754 binary64)."""

SMALL = 1e-8
"""What is smaller is told by its power of ten."""


def short(number: float, digits: int = 3) -> str:
    """Return a number with so many digits; more where it would be rounded up to 1.

    Examples
    --------
    >>> short(0.0722500001), short(12.0), short(123456.0), short(999.9)
    ('0.0723', '12', '123,456', '1,000')
    >>> short(0.9996), short(0.99996, 4), short(1.0)
    ('0.9996', '0.99996', '1')
    >>> short(0.0000004), short(1e-12)
    ('0.0000004', '1e-12')
    """
    text = f"{number:.{digits}g}"
    if abs(number) >= 1000 or "e+" in text:
        return f"{number:,.0f}"
    if "e-" in text and abs(number) >= SMALL:
        text = f"{Decimal(text):f}"
    is_misleading = abs(number) < 1 <= abs(float(text))
    return short(number, digits + 1) if is_misleading and digits < PRECISE else text


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers that are compared, with the digits that tell them apart.

    Examples
    --------
    >>> apart(0.94996, 0.95), apart(0.5, 0.5), apart(0.2, 0.7)
    (('0.94996', '0.95'), ('0.5', '0.5'), ('0.2', '0.7'))
    >>> apart(33.0, 33.04)
    ('33', '33.04')
    """
    for digits in range(3, PRECISE):
        texts = short(one, digits), short(other, digits)
        if one == other or texts[0] != texts[1]:
            return texts
    return repr(one), repr(other)
