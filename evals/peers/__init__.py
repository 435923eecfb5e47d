"""Other people's recipes, measured beside ours in the same run. Their packages are the extra ``peers``."""
