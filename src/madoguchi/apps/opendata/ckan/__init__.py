"""The Action API of CKAN (version 3): the catalogue as other programs already know how to read it."""
