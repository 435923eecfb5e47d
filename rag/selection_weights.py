"""The weights of `rag.selection`, as ``python -m evals.answer_fit`` wrote them; not to be edited by hand.

On the folds held out:

samples: first 0.648, final 0.676, auroc 0.757
xquad: first 0.838, final 0.840
clapnq: auroc 0.898
squad2: first 0.787, final 0.798, auroc 0.746
multihop: first 0.196, final 0.193, auroc 0.975
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
    "dense": 1.538,
    "dense_best": 1.972,
    "dense_lead": -4.089,
    "cosine_passage": 2.962,
    "cosine": 2.713,
    "cosine_alone": 2.166,
    "lexical": 0.052,
    "rank_lead": 0.051,
    "coverage_passage": 1.236,
    "lacks_passage": -0.100,
    "words": -0.047,
    "names_passage": 0.348,
    "meaning_tokens": 2.317,
    "score": 0.132,
    "bias": -5.891,
}

FITS = {
    "dense": -0.246,
    "dense_best": 0.550,
    "dense_lead": 1.431,
    "cosine_passage": 1.334,
    "cosine": 0.181,
    "cosine_alone": 2.182,
    "lexical": -0.007,
    "rank_lead": 0.111,
    "coverage_passage": -1.072,
    "lacks_passage": -0.088,
    "words": 0.135,
    "names_passage": -0.315,
    "meaning_tokens": -2.230,
    "score": 0.056,
    "negated": -0.823,
    "denied": -2.581,
    "opposed": -4.132,
    "numbers_missing": -0.446,
    "names_missing": 0.202,
    "lacks": -0.115,
    "meaning_before": 1.925,
    "meaning_least": 0.876,
    "type": 0.448,
    "lead": -0.079,
    "bias": -2.460,
}
