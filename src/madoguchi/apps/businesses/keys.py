"""Ids of businesses. A corporation's id is a UUID of version 8 (RFC 9562) that carries its number.

So the same number has the same id on every machine and in any order of loading, and rows lie in the order of numbers.
"""

_PREFIX = "6d61646f6775" + "8" + "000" + "8" + "00"


def id_of_number(corporate_number: str) -> str:
    """Return the id (32 hexadecimal digits) of the corporation with this 13-digit number."""
    return _PREFIX + corporate_number
