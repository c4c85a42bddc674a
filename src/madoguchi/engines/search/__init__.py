"""Search over short Japanese and English texts: two-character words, kana or kanji, synonyms, never an empty hand.

`folding` makes spellings equal, `tokens` cuts text into bigrams that a database can index, `ranking` scores candidates.
Plain values in, frozen results out; no database and no pack.
"""

from madoguchi.engines.search.folding import fold
from madoguchi.engines.search.ranking import Document, Hit, rank
from madoguchi.engines.search.tokens import MAX_QUERY, Query, document_tokens, parse_query, tokens

__all__ = ["MAX_QUERY", "Document", "Hit", "Query", "document_tokens", "fold", "parse_query", "rank", "tokens"]
