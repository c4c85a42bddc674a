"""Tests of the procedures, forms and bundles that the Tokyo pack holds."""
