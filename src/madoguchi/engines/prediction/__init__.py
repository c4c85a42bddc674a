"""When a case will be finished: an interval whose promise is checked on later cases.

Learns from finished and open cases alike; knows no clock, no calendar of an office and no person. It predicts what will
happen, not what should: the limit of the authority is the business of `calendars`.
"""

from madoguchi.engines.prediction.fitting import fit
from madoguchi.engines.prediction.history import OPEN, Basis, Case, History, Interval, PredictionError
from madoguchi.engines.prediction.model import Group, Model
from madoguchi.engines.prediction.predicting import predict

__all__ = ["OPEN", "Basis", "Case", "Group", "History", "Interval", "Model", "PredictionError", "fit", "predict"]
