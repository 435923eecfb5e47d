"""The deterministic checks, one by one: which of them objects, and what becomes of the claim at best."""

from __future__ import annotations

import pytest

from rag.checks import Cited, findings, is_part


def objections(claim: str, *quotes: str, around: str = "", published: tuple[str, ...] = ()) -> dict[str, str]:
    return {found.check: found.verdict for found in findings(claim, Cited(quotes, around=around, published=published))}


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("It cost 5m crowns to build the pier.", "The pier cost 5 million crowns to build."),
        ("Half of the members stayed.", "Of the members 50 per cent stayed."),
        ("Two thirds of the boats sank.", "About it: two-thirds of the boats sank."),
        ("12,000 Menschen kamen nach Orrin.", "Nach Orrin kamen 12.000 Menschen."),
        ("The fair opened on 3 September.", "The fair opened on Sept. 3, 2024."),
        ("The fair opened on 3 September 2024.", "Fair (2024-09-03): it opened."),
        ("The fair opened on Tuesday.", "The fair opened on 3 September 2024."),
        ("Venezuelan soldiers came.", "Soldiers of Venezuela came."),
        ("The UFO society met.", "The United Fishers of Orrin, a society, met."),
        ("She said “it was a mistake” on Sunday.", "On Sunday she said: “It was a mistake, and a costly one.”"),
        ("The ferry was stopped by Ada Quist.", "Ada Quist stopped the ferry."),
        ("The bill did not pass.", "The bill was rejected."),
        ("Not only Orrin paid for the pier.", "Orrin paid for the pier, and others did."),
        ("Nobody was hurt.", "No one was hurt in the fire."),
        ("It may rain in Orrin.", "It could rain in Orrin."),
        ("More than 300 people came.", "At least 300 people came."),
        ("Prices fell and rents rose.", "Rents rose while prices fell."),
    ],
)
def test_nothing_is_objected_to(claim: str, quote: str) -> None:
    assert objections(claim, quote) == {}


@pytest.mark.parametrize(
    ("claim", "quote", "check", "verdict"),
    [
        ("The road is 5 km long.", "The road is 5 miles long.", "number", "unsupported"),
        ("It costs $5 a day.", "It costs €5 a day.", "number", "unsupported"),
        ("Rates rose by 5 %.", "Rates rose by 5 percentage points.", "number", "unsupported"),
        ("It cost 5 million.", "It cost 5 %.", "number", "unsupported"),
        ("The fair opened on 4 September.", "The fair opened on 3 September.", "date", "unsupported"),
        ("The fair opened on Monday.", "The fair opened on Sunday.", "date", "unsupported"),
        ("Ada Quist spoke in Tarn.", "Ada Quist spoke in Orrin.", "name", "unsupported"),
        ("She said “it was a triumph”.", "She said “it was a mistake”.", "quotation", "unsupported"),
        ("Halgrim closed the mine.", "Halgrim did not close the mine.", "negation", "contradicted"),
        ("Halgrim closed the mine.", "Halgrim denied that it closed the mine.", "negation", "contradicted"),
        ("The keeper paid the fine.", "The keeper failed to pay the fine.", "negation", "contradicted"),
        ("The ferry sails on Sundays.", "The ferry no longer sails on Sundays.", "negation", "contradicted"),
        ("Halgrim never closed the mine.", "Halgrim closed the mine.", "negation", "contradicted"),
        ("Rents in Orrin rose sharply.", "Rents in Orrin fell sharply.", "opposite", "contradicted"),
        ("Orrin won the final match.", "Orrin lost the final match.", "opposite", "contradicted"),
        ("Imports rose while exports fell.", "Exports rose while imports fell.", "opposite", "contradicted"),
        ("Parliament rejected the plan.", "Parliament backed the plan.", "opposite", "contradicted"),
        ("More boats came than before.", "Fewer boats came than before.", "opposite", "contradicted"),
        ("The pier closed before the storm.", "The pier closed after the storm.", "opposite", "contradicted"),
        ("Ada Quist sued Rolf Tannevik.", "Rolf Tannevik sued Ada Quist.", "order", "contradicted"),
        ("Ada Quist was sued by Rolf Tannevik.", "Ada Quist sued Rolf Tannevik.", "order", "contradicted"),
        ("Solvaag asked Bram Idowu to leave.", "Bram Idowu asked Solvaag to leave.", "order", "contradicted"),
        ("Ilverna asked for a review.", "Councillor Idowu asked for a review.", "name", "partial"),
        ("Halgrim has not promised a mill.", "Halgrim has promised a mill without permit.", "negation", "contradicted"),
        ("Rolf Tannevik robbed the bank.", "Rolf Tannevik allegedly robbed the bank.", "hedge", "partial"),
        ("Halgrim closed the mine.", "Halgrim plans to close the mine.", "hedge", "partial"),
        ("The storm sank the ferry.", "The storm may have sunk the ferry.", "hedge", "partial"),
        ("300 people came.", "Up to 300 people came.", "bound", "partial"),
        ("300 people came.", "About 300 people came.", "bound", "partial"),
        ("At least 300 people came.", "At most 300 people came.", "bound", "contradicted"),
    ],
)  # fmt: skip
def test_a_changed_fact_is_objected_to(claim: str, quote: str, check: str, verdict: str) -> None:
    assert objections(claim, quote).get(check) == verdict


def test_a_passive_says_the_same_as_its_active() -> None:
    assert objections("Ada Quist was sued by Rolf Tannevik.", "Rolf Tannevik sued Ada Quist.") == {}


def test_a_negation_that_the_quote_knows_nothing_of_is_partial_at_best() -> None:
    claim = "The keeper did not marry the captain in the end."
    assert objections(claim, "The keeper left for Tarn.") == {"negation": "partial"}


def test_the_year_may_be_that_of_the_article_but_only_in_part() -> None:
    claim, quote = "The fair opened on 3 September 2024.", "The fair opened on 3 September."
    assert objections(claim, quote, published=("2024-09-05",)) == {"date": "partial"}
    assert objections(claim, quote, published=("2023-09-05",)) == {"date": "unsupported"}


def test_words_cut_out_of_a_denial_are_contradicted_and_out_of_a_hedge_partial() -> None:
    assert objections("the mine will close.", "Halgrim denied that the mine will close.") == {
        "negation": "contradicted"
    }
    assert objections("robbed the bank", "He allegedly robbed the bank.") == {"hedge": "partial"}


def test_the_whole_sentence_is_never_objected_to() -> None:
    quote = "Halgrim denied that it may have lost up to 300 crowns. It plans to appeal."
    assert objections("It plans to appeal.", quote) == {}


@pytest.mark.parametrize(("claim", "whole"), [("1,000 soldiers", False), ("11,000 soldiers", True), ("soldier", False)])
def test_a_part_is_cut_out_between_words(claim: str, whole: bool) -> None:
    assert is_part(claim, "Some 11,000 soldiers came.") is whole
