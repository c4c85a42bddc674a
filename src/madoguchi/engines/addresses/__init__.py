"""Which town (町丁目) an address names: reads the many ways in which Japanese addresses are written.

It proves the town, never that the building exists, and knows no town by itself: the list of towns is an argument.
"""

from madoguchi.engines.addresses.folding import fold_address
from madoguchi.engines.addresses.numbers import block_numbers, to_kanji
from madoguchi.engines.addresses.towns import Address, Level, Municipality, Town, TownBook

__all__ = [
    "Address",
    "Level",
    "Municipality",
    "Town",
    "TownBook",
    "block_numbers",
    "fold_address",
    "to_kanji",
]
