"""Builds the embedded sample, one step a file; `data/build_sample.py` strings them together."""
