"""Numbers that only name rows are counted; a day, a verb and several places with months of their own are read as meant."""

from dataclasses import replace

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.tables.calculation import answer_about

from .test_cells_that_are_words import table

ROOMS = "Room,Floor,Guests,Free\n101,1,2,no\n102,1,0,yes\n201,2,4,no\n202,2,0,yes\n1,3,3,no\n"
STAFF = "name,city,salary,start\nAnna,Berlin,32,2024-05-20\nBen,Bonn,29,2024-06-01\nEva,Berlin,,2024-06-01\n"
COSTS = "Date,Dept,Cost\n2025-01-05,IT,100\n2025-03-01,HR,70\n2025-03-15,IT,300\n"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (ROOMS, "Which room has the most Guests?", "201, with 4"),
        (STAFF, "Which city has the fewest people?", "Bonn, with 1"),
        (STAFF, "How many of them start after May 2024?", "2"),
        (COSTS, "Sum of Cost before 15 March", "170"),
        (COSTS, "Sum of Cost since March 15", "300"),
    ],
)
def test_question_is_read_as_meant(text: str, question: str, answer: str) -> None:
    """Rows are counted, and days and columns bound, as the words beside them say."""
    assert answer_about(table(text), question) == answer


def test_first_column_of_numbers_is_not_added_for_how_many() -> None:
    """“How many rooms are free” asks for no sum of room numbers: it is refused where they might be quantities."""
    with pytest.raises(ExpertError, match="codes or quantities"):
        answer_about(table(ROOMS), "How many rooms are Free?")


def test_column_named_like_the_file_counts_its_rows() -> None:
    """The rooms of rooms.csv are its rows."""
    rooms = replace(table(ROOMS), label="rooms.csv")
    assert answer_about(rooms, "How many rooms are Free?") == "2"
    assert answer_about(rooms, "How many rooms have more than 1 Guests?") == "3"


def test_places_with_months_of_their_own_are_refused() -> None:
    """No query adds one place in one month to another in another."""
    with pytest.raises(ExpertError, match="January"):
        answer_about(table(COSTS), "Sum of Cost of IT in January and of HR in March")


ORDERS = """\
order,customer,item,amount,quantity,unit_price,status,date
101,Berg,lamp,120,2,60,open,2024-01-05
102,Ruiz,chair,300,3,100,shipped,2024-01-20
103,Berg,chair,280,4,70,cancelled,2024-02-02
104,Lee,desk,900,1,900,open,2024-03-11
105,Berg,cable,15,5,3,shipped,2024-03-12
106,Lee,lamp,130,2,65,open,2024-04-01
"""
FEW = "order,customer,amount,status\n101,Berg,120,open\n102,Ruiz,300,shipped\n103,Berg,280,open\n"
PEOPLE = """\
Name,Department,City,Hired,Salary,On leave,Age
Hugo,Kitchen,Oslo,2018-04-03,31000,no,44
Lena,Kitchen,Bergen,2020-09-12,29500,yes,29
Omar,Service,Oslo,2022-02-01,27000,no,24
Ines,Office,Oslo,2016-11-20,42000,yes,51
Mary,Service,Bergen,2023-08-30,26000,yes,57
"""
STOCK = "Item,Stock,Reorder level,Price\nTea,35,50,4.50\nBeans,80,40,12\nSyrup,8,10,5\nOolong,0,20,7\n"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (ORDERS, "Which items were not cancelled?", "lamp, desk, cable"),
        (ORDERS, "How many items were not cancelled?", "3 (lamp, desk, cable)"),
        (ORDERS, "Which customers have never cancelled?", "Ruiz, Lee"),
        (ORDERS, "How many orders are neither open nor cancelled?", "2"),
        (PEOPLE, "Who works neither in Oslo nor in Bergen?", None),
        (ORDERS, "Did Berg order a lamp?", "Yes: order 101, customer Berg, item lamp, amount 120"),
        (ORDERS, "Is Berg cancelled?", "In part: 1 of 3 rows fit: order 103"),
        (PEOPLE, "Is the Kitchen on leave?", "In part: 1 of 2 rows fit: Name Lena"),
        (PEOPLE, "Is anyone in the Kitchen on leave?", "Yes: Name Lena"),
        (PEOPLE, "Is Hugo older than average?", "Yes: Name Hugo"),
        (PEOPLE, "Which Names are not on leave?", "Hugo, Omar"),
        (PEOPLE, "Who is on leave per Department?", "Kitchen: Lena; Office: Ines; Service: Mary"),
        (PEOPLE, "How many are on leave per Department?", "Kitchen 1; Office 1; Service 1"),
    ],
)
def test_what_is_said_of_a_thing_in_several_rows_is_of_all_its_rows(
    text: str, question: str, answer: str | None
) -> None:
    """An item with one cancelled order was cancelled, and a kitchen is not on leave because one cook is."""
    orders = replace(table(text), label="orders.csv")
    if answer is None:
        assert "fits" in answer_about(orders, question)
    else:
        assert answer_about(orders, question).startswith(answer)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (FEW, "Who has the smallest open order?", "120 (order 101"),
        (FEW, "Who has the highest order number?", "103 (order 103"),
        (FEW, "Show the two cheapest orders", "order 101, customer Berg, amount 120, status open\norder 103"),
        (ORDERS, "Who has the smallest open order?", None),
        (ORDERS, "Which orders are between 100 and 104?", None),
        (ORDERS, "Which customer has the most orders?", "Berg, with 3"),
        (ORDERS, "Who has the most orders?", None),
        (ORDERS, "What percentage of orders are open?", "50 % (3 / 6)"),
        (ORDERS, "Which customer sold the most units?", "Berg, with 11"),
        (STOCK, "What is the total stock value?", None),
        (STOCK, "Which items had no stock?", "Oolong"),
    ],
)
def test_numbers_of_orders_are_no_sizes_and_rows_named_by_the_file_are_counted(
    text: str, question: str, answer: str | None
) -> None:
    """The smallest order is not the one of the lowest number; the value of a stock is not the stock."""
    orders = replace(table(text), label="orders.csv")
    if answer is None:
        with pytest.raises(ExpertError):
            answer_about(orders, question)
    else:
        assert answer_about(orders, question).startswith(answer)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (PEOPLE, "What is the second highest Salary?", "31000 (Name Hugo"),
        (PEOPLE, "Who is the second youngest?", "29 (Name Lena"),
        (PEOPLE, "Who is the oldest outside Bergen?", "51 (Name Ines"),
        (PEOPLE, "Which City has the second most people?", "Bergen, with 2"),
        (PEOPLE, "Who earns more than average?", "Name Ines"),
        (PEOPLE, "Which Department earns more than average?", None),
        (PEOPLE, "Who earns less than Omar?", "Name Mary"),
        (PEOPLE, "How much more does Ines earn than Omar?", "15000 (Ines 42000, Omar 27000)"),
        (PEOPLE, "Is Omar older than Lena?", "No: -5 (Omar 24, Lena 29)"),
        (PEOPLE, "What share of people is on leave?", "60 % (3 / 5)"),
        (PEOPLE, "Whose Name starts with L?", "Lena"),
        (PEOPLE, 'Which Names contain "ar"?', "Omar, Mary"),
        (ORDERS, "What is the most common status?", "open, with 3"),
        (STOCK, "Which items have a stock below the reorder level?", "Tea, Syrup, Oolong"),
        (STOCK, "Which item has the ninth highest stock?", None),
        (STOCK, "Which item has the second stock?", None),
    ],
)
def test_a_place_in_an_order_a_bound_of_the_table_and_a_part_of_a_text_are_computed(
    text: str, question: str, answer: str | None
) -> None:
    """ "Above average", "more than Omar" and "below the reorder level" find their bound in the table."""
    people = table(text)
    if answer is None:
        with pytest.raises(ExpertError):
            answer_about(people, question)
    else:
        assert answer_about(people, question).startswith(answer)


PUPILS = "name,class,height,maths grade\nAda,7a,152,1\nBen,7a,160,3\nDario,7b,167,2\nEva,7b,158,4\nGita,7b,161,3\n"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who is taller than Ben?", "name Dario"),
        ("Which class has the most people?", "7b, with 3"),
        ("What is the average height in 7b?", "162"),
        ("Who has the best maths grade?", None),
        ("Who has the highest maths grade?", "4 (name Eva"),
    ],
)
def test_classes_are_no_numbers_with_units_and_the_best_grade_may_be_the_lowest(
    question: str, answer: str | None
) -> None:
    if answer is None:
        with pytest.raises(ExpertError, match="best"):
            answer_about(table(PUPILS), question)
    else:
        assert answer_about(table(PUPILS), question).startswith(answer)
