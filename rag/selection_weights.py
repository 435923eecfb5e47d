"""The weights of `rag.selection`, as ``python -m evals.answer_fit`` wrote them; not to be edited by hand.

On the folds held out:

samples: first 0.648, final 0.704, auroc 0.773
xquad: first 0.825, final 0.827
clapnq: auroc 0.880
"""

FIRST = {
    "cosine": 5.733,
    "cosine_gap": 5.321,
    "cosine_passage": 3.311,
    "coverage": 0.712,
    "coverage_gap": 0.377,
    "coverage_before": 3.915,
    "coverage_after": 1.037,
    "coverage_passage": 1.591,
    "names": -0.663,
    "names_passage": -0.078,
    "type": 1.759,
    "type_near": 2.710,
    "focus": 0.939,
    "pairs": 0.222,
    "window": 0.619,
    "new": -0.190,
    "length": 0.036,
    "pronoun": -0.304,
    "rank_gap": 0.291,
}

FINAL = {
    "cosine": 2.224,
    "cosine_gap": 3.971,
    "cosine_passage": 2.120,
    "coverage": -0.792,
    "coverage_gap": -0.699,
    "coverage_before": 3.753,
    "coverage_after": 1.809,
    "coverage_passage": 1.141,
    "names": -0.779,
    "names_passage": -1.549,
    "type": 1.578,
    "type_near": 3.192,
    "focus": 0.483,
    "pairs": 0.022,
    "window": 0.936,
    "new": 0.143,
    "length": -0.138,
    "pronoun": -0.062,
    "rank_gap": 0.548,
    "meaning": -0.332,
    "meaning_before": 0.228,
    "meaning_least": 0.208,
    "meaning_tokens": 2.977,
    "meaning_focus": 1.573,
    "cosine_alone": 2.028,
}

TOUCHES = {"bias": -3.0, "dense": 9.0}

FITS = {"bias": 0.0, "meaning_before": 4.0, "denied": -2.0}
