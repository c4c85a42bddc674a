"""Madoguchi (窓口): one shared digital counter for a metropolis, its municipalities, businesses and residents."""

__version__ = "0.1.0"
