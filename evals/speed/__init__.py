"""What `evals.bench` measures: each figure is a ratio of two things measured in the same run on the same machine."""
