"""The items of receipts: what is bought, without the sums, taxes and payments below it."""

import pytest

from hugginggpt.graph.caveats import collecting
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.receipts import answer_in_receipt
from hugginggpt.tools.tables.table import Table

ENDINGS = {
    "en": "SUBTOTAL 15.65\nTAX 5% 0.78\nTOTAL 16.43\nCASH 20.00\nCHANGE 3.57",
    "de": "Zwischensumme 15,65\nMwSt 7% 1,02\nSUMME EUR 15,65\nBAR 20,00\nRückgeld 4,35",
    "fr": "TOTAL TTC 15,65\nTVA 5,5% 0,82\nESPÈCES 20,00\nRENDU 4,35",
    "es": "TOTAL 15,65\nIVA 4% 0,60\nEFECTIVO 20,00\nCAMBIO 4,35",
    "pt": "TOTAL 15,65\nIVA 6% 0,88\nNUMERÁRIO 20,00\nTROCO 4,35",
    "zh": "合计 ¥15.65\n现金 ¥20.00\n找零 ¥4.35",
    "ja": "小計 ¥1,565\nお預り ¥2,000\nお釣り ¥435",
}
GOODS = {
    "zh": ("面包 ¥3.20", "奶酪 ¥8.90", "牛奶 ¥1.15", "苹果 ¥2.40"),
    "ja": ("パン ¥320", "チーズ ¥890", "牛乳 ¥115", "りんご ¥240"),
}
QUESTIONS = [
    ("en", "What is the most expensive item on this receipt?", "Cheese"),
    ("en", "Which thing that I bought costs the least?", "Milk"),
    ("de", "Welcher Artikel auf dem Kassenbon ist am teuersten?", "Cheese"),
    ("de", "Was kostet auf diesem Kassenzettel am wenigsten?", "Milk"),
    ("fr", "Quel est le produit le plus cher du ticket de caisse ?", "Cheese"),
    ("es", "¿Cuál es el producto más caro de este recibo?", "Cheese"),
    ("pt", "Qual é o produto mais caro deste recibo?", "Cheese"),
    ("zh", "这张收据上最贵的商品是什么", "奶酪"),
    ("ja", "このレシートで一番高い商品は何ですか", "チーズ"),
]


def receipt(language: str) -> str:
    """A receipt as OCR reads it, with more cash given than anything cost."""
    goods = GOODS.get(language, ("Bread 3.20", "Cheese 8.90", "Milk 1.15", "Apples 2.40"))
    shown = [line.replace(".", ",") if language in ("de", "fr", "es", "pt") else line for line in goods]
    return "\n".join(["CORNER SHOP", "12 Mill Lane", *shown, ENDINGS[language]])


@pytest.mark.parametrize(("language", "question", "item"), QUESTIONS)
def test_sums_taxes_and_payments_are_no_items_of_a_receipt(language: str, question: str, item: str) -> None:
    assert answer_in_receipt(receipt(language), "receipt.png", question).startswith(
        (item, f"8.90 (item {item}", "1,15")
    )


def test_a_price_that_was_not_read_is_reported_where_the_items_do_not_add_up() -> None:
    with collecting() as found:
        answer_in_receipt(receipt("en").replace("Bread 3.20", "Bread"), "receipt.png", "Which item costs the most?")

    assert found.lacks == ["the items read of receipt.png add up to 12.45, which is none of the sums that it states"]


def test_a_name_above_its_quantity_and_price_is_the_item() -> None:
    text = "Espresso\n2 x 2.50 5.00\nSandwich\n1 x 4.10 4.10\nTotal 9.10"

    assert answer_in_receipt(text, "receipt.png", "Which item costs the most?") == "Espresso, with 5.00"


@pytest.mark.parametrize("text", ["The fee is 135.00\nThe deposit is 20.00", "Chapter 1\nA story without any price"])
def test_a_text_without_a_list_of_prices_is_no_receipt(text: str) -> None:
    assert answer_in_receipt(text, "letter.txt", "What is the most expensive item?") == ""


def test_the_last_rows_of_a_table_from_its_total_on_are_no_rows_where_they_are_payments() -> None:
    rows = (("Espresso", "5.00"), ("Sandwich", "7.50"), ("Total", "12.50"), ("Cash", "20.00"), ("Change", "7.50"))
    paid = (("Bank", "10"), ("Card", "20"), ("Cash", "30"), ("Total", "60"))

    assert answer_about(Table("bill", ("Item", "Price"), rows), "most expensive item").startswith("Sandwich, with 7.50")
    assert answer_about(Table("paid", ("Method", "Amount"), paid), "highest amount").startswith("30 (Method Cash")


@pytest.mark.parametrize(
    "text",
    [
        "Paint 3 90.00\nBrush 2 15.50\nLadder 1 120.00\nSubtotal 225.50\nVAT 19% 42.85\nAmount due: 268.35 EUR",
        "Coffee 8.50\nTea 9.04\nTOTAL ITEMS 2\nTOTAL SAVINGS 1.50\nTOTAL 16.04",
    ],
)
def test_quantities_and_savings_are_no_prices_that_were_misread(text: str) -> None:
    with collecting() as found:
        answer_in_receipt(text, "bill.pdf", "Which item costs the most?")

    assert found.lacks == []
