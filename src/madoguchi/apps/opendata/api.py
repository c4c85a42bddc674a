"""The door of the opendata room."""

from madoguchi.apps.opendata.datasets import Dataset, Resource, every

__all__ = ["Dataset", "Resource", "every"]
