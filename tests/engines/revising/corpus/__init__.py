"""Invented pages in the style of municipalities, each with the changes that it holds against its record.

`development` was used to write the rules; `heldout` has other layouts and wordings and was written before the rules were
tuned; `freehand` was written without the generator. No page is copied from a real one.
"""
