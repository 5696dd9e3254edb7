"""The numbers that the article prints, and scikit-learn's names of nnlab's settings."""

import csv
from pathlib import Path

# The 25 rows that the article "Implementing Neural Network Algorithm with NumPy" prints.
ARTICLE = list(
    csv.DictReader((Path(__file__).parents[1] / "data/article_table.csv").read_text().splitlines())
)


SKLEARNS_NAMES = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic", "linear": "identity"}
