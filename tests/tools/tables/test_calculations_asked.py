"""Questions about a table that ask for a difference, the best few, or "work out": each is computed, in seven languages."""

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.tables.calculation import answer_about, answered
from hugginggpt.tools.tables.table import Table

CELLS = (("May", "North", 30), ("May", "South", 20), ("June", "North", 5), ("June", "South", 25), ("June", "West", 11))


def table(month: str, region: str, units: str) -> Table:
    return Table(label="t.csv", names=(month, region, units), cells=tuple((a, b, str(n)) for a, b, n in CELLS))


ENGLISH = table("month", "region", "units")


@pytest.mark.parametrize(
    ("names", "question"),
    [
        (("month", "region", "units"), "What is the difference between the highest and the lowest units?"),
        (("Monat", "Region", "Menge"), "Wie groß ist der Unterschied zwischen größter und kleinster Menge?"),
        (("mois", "région", "ventes"), "Quelle est la différence entre les ventes le plus élevé et le plus bas ?"),
        (("mes", "región", "ventas"), "¿Cuál es la diferencia entre las ventas más altas y más bajas?"),
        (("mês", "região", "vendas"), "Qual é a diferença entre as vendas mais altas e mais baixas?"),
        (("月份", "地区", "销量"), "最高销量和最低销量相差多少"),
        (("月", "地域", "数量"), "数量の最高と最低の差はいくらですか"),
    ],
)
def test_the_difference_of_highest_and_lowest_is_computed(names: tuple[str, str, str], question: str) -> None:
    assert answer_about(table(*names), question) == "25 (30 - 5)"


@pytest.mark.parametrize(
    ("names", "question"),
    [
        (("month", "region", "units"), "Which 2 regions have the most units?"),
        (("Monat", "Region", "Menge"), "Welche 2 Regionen haben die höchste Menge?"),
        (("mois", "région", "ventes"), "Quelles 2 régions ont le plus de ventes ?"),
        (("mes", "región", "ventas"), "¿Qué 2 regiones tienen más ventas?"),
        (("mês", "região", "vendas"), "Quais 2 regiões têm mais vendas?"),
        (("月份", "地区", "销量"), "销量最高的2个地区"),
        (("月", "地域", "数量"), "数量が最も多い2つの地域は"),
    ],
)
def test_so_many_of_the_best_are_named_with_their_sums(names: tuple[str, str, str], question: str) -> None:
    assert answer_about(table(*names), question) == "South 45; North 35"


def test_the_regions_that_lie_furthest_apart_are_compared_by_their_sums() -> None:
    question = "difference between the region with the highest and the lowest units"
    assert answer_about(ENGLISH, question) == "34 (45 - 11)"


def test_to_work_out_a_number_is_to_add_it() -> None:
    assert answer_about(ENGLISH, "work out the units of North") == "35"
    assert answer_about(ENGLISH, "work out the average units of North") == "17.5"


def test_rows_of_a_number_come_with_their_sum() -> None:
    """ "Units of North" may ask for either."""
    assert answer_about(ENGLISH, "units of North").endswith("\nthese 2 rows together: units 35")


def test_a_difference_without_its_ends_is_refused_by_the_word_as_typed() -> None:
    for names, question, word in (
        (("Monat", "Region", "Menge"), "Differenz der Menge", "differenz"),
        (("mois", "région", "ventes"), "écart des ventes", "ecart"),
    ):
        with pytest.raises(ExpertError, match=word):
            answer_about(table(*names), question)


@pytest.mark.parametrize(
    ("question", "computed"),
    [
        ("How many units were sold in May?", "sum of units where month = May"),
        ("How many units per region?", "sum of units by region"),
    ],
)
def test_what_is_added_is_called_a_sum_also_where_how_many_is_asked(question: str, computed: str) -> None:
    assert answered(ENGLISH, question)[1][0].expression == computed
