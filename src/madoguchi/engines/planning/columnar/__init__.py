"""The same rules for whole populations: told, pending and sent as arrays, followed from day to day."""

from madoguchi.engines.planning.columnar.pairs import spread_planes
from madoguchi.engines.planning.columnar.plan import Messages, Plan, Ruling, Turning

__all__ = ["Messages", "Plan", "Ruling", "Turning", "spread_planes"]
