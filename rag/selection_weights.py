"""The weights of `rag.selection`, as ``python -m evals.answer_fit`` wrote them; not to be edited by hand.

On the folds held out:

samples: first 0.648, final 0.676, auroc 0.764
xquad: first 0.838, final 0.840
clapnq: auroc 0.895
squad2: first 0.787, final 0.798, auroc 0.753
multihop: first 0.196, final 0.193, auroc 0.968
"""

FIRST = {
    "cosine": 5.691,
    "cosine_gap": 5.598,
    "cosine_passage": 2.628,
    "coverage": 0.744,
    "coverage_gap": 0.450,
    "coverage_before": 3.354,
    "coverage_after": 1.248,
    "coverage_passage": 2.136,
    "names": -0.631,
    "names_passage": 0.109,
    "type": 1.793,
    "type_near": 2.180,
    "unit": -0.499,
    "focus": 0.966,
    "pairs": 0.511,
    "window": 0.514,
    "new": -0.069,
    "length": 0.023,
    "pronoun": -0.107,
    "rank_gap": 0.251,
}

FINAL = {
    "cosine": 2.459,
    "cosine_gap": 4.591,
    "cosine_passage": 1.396,
    "coverage": -0.532,
    "coverage_gap": -0.489,
    "coverage_before": 2.874,
    "coverage_after": 1.787,
    "coverage_passage": 1.295,
    "names": -0.899,
    "names_passage": -0.471,
    "type": 1.848,
    "type_near": 1.904,
    "unit": 0.293,
    "focus": 0.359,
    "pairs": 0.310,
    "window": 0.547,
    "new": -0.084,
    "length": -0.054,
    "pronoun": -0.003,
    "rank_gap": 0.398,
    "meaning": -0.147,
    "meaning_before": 1.149,
    "meaning_least": 0.985,
    "meaning_tokens": 2.824,
    "meaning_focus": 1.419,
    "cosine_alone": 0.500,
}

TOUCHES = {
    "dense": 1.753,
    "dense_best": 1.966,
    "dense_lead": 0.000,
    "cosine_passage": 2.851,
    "cosine": 2.622,
    "cosine_alone": 2.492,
    "lexical": 0.044,
    "rank_lead": 0.043,
    "coverage_passage": 1.196,
    "lacks_passage": -0.103,
    "words": -0.061,
    "names_passage": 0.326,
    "meaning_tokens": 2.172,
    "score": 0.126,
    "bias": -5.589,
}

FITS = {
    "dense": 0.108,
    "dense_best": 0.543,
    "dense_lead": 1.447,
    "cosine_passage": 1.568,
    "cosine": 0.000,
    "cosine_alone": 1.423,
    "lexical": 0.000,
    "rank_lead": 0.075,
    "coverage_passage": 0.000,
    "lacks_passage": -0.046,
    "words": 0.154,
    "names_passage": 0.000,
    "meaning_tokens": 0.000,
    "score": 0.000,
    "negated": -0.740,
    "denied": -2.616,
    "opposed": -4.183,
    "numbers_missing": -0.439,
    "names_missing": 0.000,
    "lacks": -0.110,
    "meaning_before": 0.751,
    "meaning_least": 0.843,
    "type": 0.489,
    "lead": 0.000,
    "bias": -3.711,
}
