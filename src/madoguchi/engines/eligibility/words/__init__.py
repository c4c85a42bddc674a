"""Words: conditions, reasons and coming changes as a resident can read them, in Japanese and English.

`sentences` chooses what is said, `japanese` and `english` say it, `statements` puts what belongs together into one,
`changes` says until or from when. The words for attributes come from the pack, through the vocabulary.
"""

from madoguchi.engines.eligibility.words.changes import change_in_words
from madoguchi.engines.eligibility.words.japanese import yen
from madoguchi.engines.eligibility.words.sentences import (
    atom_text,
    category_in_words,
    describe,
    parts_in_words,
    reasons_in_words,
)

__all__ = ["atom_text", "category_in_words", "change_in_words", "describe", "parts_in_words", "reasons_in_words", "yen"]
