"""A synthetic population (合成人口) in households whose marginals equal a published table exactly at full size.

Arguments in, columns out: the same seed gives the same people, municipality by municipality, in any order. It describes
nobody; every file that is made from it carries the label.
"""

from madoguchi.engines.population.generate import generate
from madoguchi.engines.population.marginals import BANDS, Marginals, PopulationError, scaled

LABEL = "SYNTHETIC 合成データ"

__all__ = ["BANDS", "LABEL", "Marginals", "PopulationError", "generate", "scaled"]
