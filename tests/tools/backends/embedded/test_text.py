"""The text experts, on real texts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.embedded.entity_patterns import find_entities
from hugginggpt.tools.backends.embedded.experts.summarize import summarize_text
from hugginggpt.tools.backends.embedded.extractive_qa import find_answer
from hugginggpt.tools.backends.embedded.tokenization import sentences

RunExpert = Callable[..., dict[str, Artifact]]

LEASE = (
    "Die Miete beträgt 850 Euro im Monat. Die Kaution beträgt 1.700 Euro. Mieter ist Paul Stein.\n"
    "Die Miete beginnt am 1. April 2027. Die Kündigungsfrist beträgt drei Monate."
)
RECEIPT = """\
CAFE AM HAFEN
12 Harbour Street, Port Alder
Date: 14 March 2026 Table 7
2 x Cappuccino 7.20
1 x Tomato soup 6.90
TOTAL 21.40 EUR
Paid by card
Your comment:
We had a wonderful lunch here today.
The tomato soup was hot and full of flavour.
Our waiter Ben was friendly and very quick.
Thank you, we will gladly come again!"""

BRIDGE = (
    "The Meridian Bridge connects the towns of Halden and Osby. Engineers began work in April 1923 and the first "
    "tram crossed on 9 October 1927. Its chief designer, Ingrid Solberg, died before it was finished. The bridge "
    "is 640 metres long and carries about 22,000 cars a day. Building it cost 3.4 million crowns, a third more "
    "than planned. During the flood of 1954 two pillars were damaged, and the bridge stayed shut for seven "
    "months. Since 2011 the toll has been collected by the Osby Bridge Company, which employs 38 people. A ticket "
    "for a car costs $2.50. The company can be reached at toll@osby.example."
)


def rows(made: dict[str, Artifact]) -> list[dict[str, object]]:
    read: list[dict[str, object]] = json.loads(made["labels"].text or "")
    return read


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What is the total?", RECEIPT, "21.40 EUR"),
        ("How much did it cost?", RECEIPT, "21.40 EUR"),
        ("How much was the soup?", RECEIPT, "6.90"),
        ("What is the date on it?", RECEIPT, "14 March 2026"),
        ("Who was the waiter?", RECEIPT, "Ben"),
        ("How was it paid?", RECEIPT, "Paid by card"),
        ("When did engineers begin work?", BRIDGE, "April 1923"),
        ("Who designed the bridge?", BRIDGE, "Ingrid Solberg"),
        ("How long is the bridge?", BRIDGE, "640 metres"),
        ("How long was the bridge shut after the flood?", BRIDGE, "seven months"),
        ("How many people does the company employ?", BRIDGE, "38 people"),
        ("What does a ticket for a car cost?", BRIDGE, "$2.50"),
        ("What is the company's e-mail address?", BRIDGE, "toll@osby.example"),
        ("Wie lang ist die Kündigungsfrist?", LEASE, "drei Monate"),
        ("Wer ist der Mieter?", LEASE, "Paul Stein"),
        ("Wie hoch ist die Kaution?", LEASE, "1.700 Euro"),
        ("Wann beginnt die Miete?", LEASE, "1. April 2027"),
        ("¿Cuánto dura el plazo de preaviso?", "El alquiler es de 850 euros. El plazo es de tres meses.", "tres meses"),
        ("¿Cuándo se paga el alquiler?", "El alquiler es de 850 euros. Se paga el 5 de mayo.", "5 de mayo"),
        ("Quelle est la durée du bail ?", "Le loyer est de 850 euros. Le bail est de trois ans.", "trois ans"),
        ("Quanto é o aluguel?", "O aluguel é de 850 euros e vence no dia 5.", "850 euros"),
    ],
)
def test_a_question_of_a_known_kind_is_answered_with_a_short_span(question: str, text: str, expected: str) -> None:
    found = find_answer(question, text)
    assert found is not None
    assert found.short == expected


@pytest.mark.parametrize(
    "question",
    [
        "how many people live in Port Alder?",
        "How much does a ticket cost?",
        "what color is the lighthouse?",
        "Who is the mayor of Port Alder?",
        "How old is the lighthouse?",
        "What is the phone number of the museum?",
    ],
)
def test_a_question_that_shares_only_a_word_or_two_with_the_text_is_refused(
    run_expert: RunExpert, examples: Path, question: str
) -> None:
    article = (examples / "article.txt").read_text()
    with pytest.raises(ExpertError, match="no answer was found in the text to"):
        run_expert("lexical-qa", {"question": question, "context": article})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How tall is the tower in article.txt?", "thirty-two metres"),
        ("How much will the repairs cost?", "240,000 euros"),
        ("When did the keepers leave?", "1962"),
        ("How many visitors does the museum have?", "fourteen thousand people"),
        ("When does the museum reopen?", "3 May 2027"),
        ("Who was the last keeper?", "Ruth Calloway"),
    ],
)
def test_a_question_that_the_article_answers_is_answered(examples: Path, question: str, expected: str) -> None:
    found = find_answer(question, (examples / "article.txt").read_text())
    assert found is not None
    assert found.short == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When does the piano come?", "The piano comes on Friday at ten. The driver is Emil.", "Friday at ten"),
        ("When does the shop open?", "The shop opens at half past nine.", "half past nine"),
        ("How much does a berth cost?", "A berth for a small boat costs 340 crowns a season.", "340 crowns"),
        ("Who is to be thanked?", "Speaker notes: Thank the sponsors: Grete Moen", "Grete Moen"),
    ],
)
def test_words_for_times_amounts_and_people_are_found_as_people_write_them(
    question: str, text: str, expected: str
) -> None:
    found = find_answer(question, text)
    assert found is not None
    assert found.short == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What's the ticket number?", "The ticket number is BF-112."),
        ("what\u2019s the code of the gate", "The code of the gate is 4417."),
        ("When's the departure?", "6 May"),
        ("Who's the captain?", "Ole Bakke"),
        ("Where's the ferry going to?", "Osby"),
    ],
)
def test_a_contracted_question_is_answered_as_the_full_one(question: str, expected: str) -> None:
    letter = (
        "Hello,\n\nThe ticket number is BF-112. The code of the gate is 4417. The departure is on 6 May. "
        "The captain is Ole Bakke. The ferry is going to Osby."
    )
    found = find_answer(question, letter)
    assert found is not None
    assert found.short == expected


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("How much does the repair cost and how long does it take?", ["240 euros", "two hours"]),
        ("Según a.txt, ¿cuánto es el alquiler y cuándo empieza el contrato?", ["850 euros", "1 de abril de 2027"]),
        (
            "Wie hoch ist die Kaution, wer ist der Mieter und wie lang ist die Frist?",
            ["90 Euro", "Paul", "drei Monate"],
        ),
        ("Combien est le loyer et quand commence le bail ?", ["700 euros", "1er avril"]),
    ],
)
def test_each_question_of_a_sentence_has_an_answer_of_its_own(
    run_expert: RunExpert, question: str, answers: list[str]
) -> None:
    text = (
        "The repair costs 240 euros. The repair takes two hours. The plumber comes on 12 May.\n"
        "El alquiler es de 850 euros. El contrato empieza el 1 de abril de 2027.\n"
        "Die Kaution beträgt 90 Euro. Mieter ist Paul. Die Frist beträgt drei Monate.\n"
        "Le loyer est de 700 euros. Le bail commence le 1er avril."
    )
    made = run_expert("lexical-qa", {"question": question, "context": text})["text"]
    assert (made.text or "").splitlines() == answers


def test_a_question_without_an_answer_is_reported_beside_the_one_that_has_one(run_expert: RunExpert) -> None:
    given = {"question": "Who is the tenant and what is his phone number?", "context": "The tenant is Paul Stein."}
    made = run_expert("lexical-qa", given)["text"]
    assert (made.text, made.lacks.partition(":")[0]) == ("Paul Stein", "not answered")


def test_any_other_question_is_answered_with_the_sentence(run_expert: RunExpert) -> None:
    made = run_expert("lexical-qa", {"question": "Why was the bridge shut?", "context": BRIDGE})
    assert made["text"].text is not None
    assert made["text"].text.startswith("During the flood of 1954")


def test_a_question_that_the_text_does_not_answer_is_refused(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match="no answer was found in the text to 'Which king ruled Sweden"):
        run_expert("lexical-qa", {"question": "Which king ruled Sweden?", "context": BRIDGE})


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who has to pay this invoice?", "Invoice date: 12 May 2025. Pay this invoice by 11 June 2025."),
        ("Who has to pay this invoice?", "Invoice 2025-118\n\n| Delivery | 45.00 |\n| Total | 222.00 |"),
        ("How long is the bridge?", "The bridge was built from 1902 to 1905."),
        ("What are the risks?", "Plan\n\nRisks\n\nThe supplier may be late."),
        ("How many chapters are there?", "Chapter 1\n\nThe storm.\n\nChapter 2\n\nThe calm."),
        ("How much did the revenue grow?", "The revenue grew from 2.0 million to 2.4 million euros."),
        ("Who has no email address?", "Anna Berg has the email address anna@berg.example."),
        ("Wie lang ist die Kündigungsfrist?", "Die Miete beträgt 850 Euro. Die Kündigungsfrist steht im Anhang."),
        ("Quand le loyer est-il payable ?", "Le loyer est de 850 euros. Le locataire est Paul Petit."),
    ],
)
def test_a_value_of_another_kind_or_an_echo_of_the_question_is_no_answer(question: str, text: str) -> None:
    found = find_answer(question, text)
    assert found is None or found.short == text.rsplit(". ", maxsplit=1)[-1]


def test_no_part_of_an_address_is_a_place() -> None:
    found = find_answer("Where is the fair?", "Write to fair@club.example about the fair in Long Park.")
    assert found is not None
    assert found.short == "Long Park"


@pytest.mark.parametrize("question", ["Who was not on board?", "Who was on board that day?"])
def test_what_a_sentence_denies_is_answered_with_all_of_it(question: str) -> None:
    found = find_answer(question, "The ferry left at 7:15. Captain Ruiz was not on board that day.")
    assert found is not None
    assert found.short == "Captain Ruiz was not on board that day."


@pytest.mark.parametrize(
    ("question", "reason"),
    [("Who was not invited?", "what the text does not say"), ("How much did sales grow?", "a calculation")],
)
def test_the_refusal_of_a_question_says_what_no_text_answers(run_expert: RunExpert, question: str, reason: str) -> None:
    with pytest.raises(ExpertError, match=f"no answer was found .*; it asks for {reason}"):
        run_expert("lexical-qa", {"question": question, "context": "Anna and Tom were invited. Sales grew to 14."})


def test_a_stated_difference_is_an_answer() -> None:
    found = find_answer("How much did the revenue grow?", "The revenue grew by 0.4 million to 2.4 million euros.")
    assert found is not None
    assert found.short.startswith("0.4 million")


def test_a_summary_is_shorter_in_the_texts_own_words_and_order(examples: Path) -> None:
    article = (examples / "article.txt").read_text()
    summary = summarize_text(article)
    kept = sentences(summary)
    assert 2 <= len(kept) <= 4
    assert len(summary) < len(article) / 2
    assert [article.index(sentence) for sentence in kept] == sorted(article.index(sentence) for sentence in kept)


def test_a_sentence_goes_on_where_a_narrow_column_breaks_it_before_a_name() -> None:
    column = "The beans grow\nalong the fence. Anna picks\nthem on Fridays and sells\nforty kilos at the market on\n"
    assert sentences(column + "Saturday for 120 euros.")[1].endswith("at the market on Saturday for 120 euros.")
    assert len(sentences("Milk and butter\nBread for Monday\nSix fresh eggs")) == 3


def test_a_summary_has_the_requested_number_of_sentences(run_expert: RunExpert) -> None:
    made = run_expert("summary", {"text": BRIDGE}, max_sentences=2)
    assert len(sentences(made["text"].text or "")) == 2


def test_a_summary_of_a_receipt_has_its_heading_total_and_comment() -> None:
    summary = summarize_text(RECEIPT)
    assert summary.startswith("CAFE AM HAFEN\nTOTAL 21.40 EUR\n")
    assert "We had a wonderful lunch here today." in summary
    assert len(summary) < len(RECEIPT) / 2


@pytest.mark.parametrize(
    "text", ["Milk\nBread\nEggs\nButter", "Yes. No. Perhaps.", "One sentence, with a tail that adds little."]
)
def test_a_summary_of_a_short_text_is_no_longer_than_the_text(text: str) -> None:
    assert 0 < len(summarize_text(text)) <= len(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (RECEIPT, "positive"),
        ("Loved it!", "positive"),
        ("The room was dirty and the staff were rude.", "negative"),
        ("The train leaves at nine.", "neutral"),
    ],
)
def test_english_sentiment_is_returned_as_labels_best_first(run_expert: RunExpert, text: str, label: str) -> None:
    found = rows(run_expert("vader", {"text": text}))
    assert found[0]["label"] == label
    assert all(0 <= float(str(row["score"])) <= 1 for row in found)


@pytest.mark.parametrize(
    "text", ["Das Essen war schrecklich.", "Excelente servicio, comida deliciosa", "La soupe était froide et fade."]
)
def test_sentiment_in_another_language_is_refused(run_expert: RunExpert, text: str) -> None:
    with pytest.raises(ExpertError, match="English texts only"):
        run_expert("vader", {"text": text})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wo ist der nächste Bahnhof, bitte?", "de"),
        ("Le chat dort sur le canapé depuis ce matin.", "fr"),
        ("¿Dónde está la biblioteca?", "es"),
        ("The library is closed on Monday.", "en"),
        ("Il gatto dorme sul divano.", "it"),
        ("今日はとてもいい天気ですね。", "ja"),
    ],
)
def test_the_language_of_a_sentence_is_identified(run_expert: RunExpert, text: str, code: str) -> None:
    assert rows(run_expert("py3langid", {"text": text}))[0]["label"] == code


def test_no_language_is_named_of_a_text_that_may_be_in_any(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match="can't tell which language"):
        run_expert("py3langid", {"text": "PRINT PROOF No. 7"})


def test_dates_money_and_addresses_are_found_with_their_positions(run_expert: RunExpert) -> None:
    text = (
        "Pay 1,250.50 EUR (12 % off) by 3 May 2027 or le 14 juillet 2026 at 3:30 pm; a.b@example.org, www.example.org"
    )
    found = rows(run_expert("patterns", {"text": text}))
    assert [(row["entity_group"], row["word"]) for row in found] == [
        ("MONEY", "1,250.50 EUR"),
        ("PERCENT", "12 %"),
        ("DATE", "3 May 2027"),
        ("DATE", "14 juillet 2026"),
        ("TIME", "3:30 pm"),
        ("EMAIL", "a.b@example.org"),
        ("URL", "www.example.org"),
    ]
    assert all(text[int(str(row["start"])) : int(str(row["end"]))] == row["word"] for row in found)


@pytest.mark.parametrize(
    ("goal", "groups"),
    [
        ("find all dates in letter.txt", {"DATE"}),
        ("list every phone number and amount in it", {"PHONE", "MONEY"}),
        ("find the e-mail addresses", {"EMAIL"}),
        ("find the dates and all numbers", {"DATE", "MONEY", "NUMBER", "PHONE", "EMAIL"}),
        ("", {"DATE", "MONEY", "NUMBER", "PHONE", "EMAIL"}),
    ],
)
def test_only_the_kinds_that_the_goal_names_are_found(run_expert: RunExpert, goal: str, groups: set[str]) -> None:
    text = "On 3 May 2027 the 12 of us paid 40.00 EUR; call 030 123 4567 or write to a@example.org"
    assert {row["entity_group"] for row in rows(run_expert("patterns", {"text": text}, goal))} == groups


def test_a_kind_that_the_goal_leaves_out_is_not_found(run_expert: RunExpert) -> None:
    text, goal = "On 3 May 2027 we paid 40.00 EUR.", "Find the dates in it but not the amounts"
    found = rows(run_expert("patterns", {"text": text}, goal, look_for="dates"))
    assert [row["entity_group"] for row in found] == ["DATE"]


def test_words_that_look_like_dates_are_not_taken_for_dates(run_expert: RunExpert) -> None:
    assert [
        row["entity_group"] for row in rows(run_expert("patterns", {"text": "We may see 3 pommes 1999 times."}))
    ] == ["NUMBER"] * 2


BOXES = json.dumps([{"label": name, "score": s, "box": {}} for name, s in (("face", 0.9), ("cat", 0.8), ("face", 0.4))])

CODES = json.dumps([{"label": "QR Code: hello"}, {"label": "EAN-13: 4006381333931"}])


@pytest.mark.parametrize(
    ("items", "parameters", "goal", "number"),
    [
        (BOXES, {}, "", "3"),
        (BOXES, {"label": "faces"}, "", "2"),
        ([BOXES, BOXES], {"label": "cat"}, "", "2"),
        ("[]", {}, "", "0"),
        (CODES, {"label": "codes"}, "", "2"),
        (CODES, {"label": "QR code"}, "", "1"),
        (CODES, {"label": "barcode"}, "", "1"),
        (CODES, {"label": "dog"}, "", "0"),
        ('[{"entity_group": "MONEY", "word": "5 EUR"}]', {"label": "amounts"}, "", "1"),
        ("one\n\ntwo\n", {}, "", "2"),
        ("E-mail 1 of 3\nFrom: a@b.org", {"look_for": "e-mails"}, "", "3"),
        ("From: a@b.org\nTo: c@d.org, e@f.org", {"look_for": "e-mails"}, "", "1"),
        ("to be or not", {}, "count the words", "4"),
        ("a.b@c.example https://a.example/fair don't - well-known & 3.5, and/or", {}, "count the words", "6"),
        ("你好。世界。", {}, "count the words", "2"),
    ],
)
def test_counting_is_exact(
    run_expert: RunExpert, items: str, parameters: dict[str, str], goal: str, number: str
) -> None:
    assert run_expert("count", {"items": items}, goal, **parameters)["text"].text == number


def test_filtering_returns_the_matching_rows_as_rows(run_expert: RunExpert) -> None:
    made = run_expert("filter", {"items": BOXES}, label="face", min_score=0.5)["text"]
    assert made.media_type == "application/json"
    assert [row["score"] for row in json.loads(made.text or "")] == [0.9]
    assert run_expert("filter", {"items": "a cat\na dog"}, contains="DOG")["text"].text == "a dog"


@pytest.mark.parametrize(
    ("items", "total"),
    [
        (["4.00", "16.00", "31.50"], "51.50"),
        (["12,50 EUR", "Total: 3.50 €"], "16.00 EUR"),
        (["1,250.00", "(50.00)"], "1200.00"),
    ],
)
def test_amounts_are_added_exactly(run_expert: RunExpert, items: list[str], total: str) -> None:
    assert run_expert("add-up", {"items": items})["text"].text == total


def test_amounts_are_averaged_and_compared_as_numbers(run_expert: RunExpert) -> None:
    """A comma that groups digits is no decimal point; amounts of two currencies are not compared."""
    assert run_expert("add-up", {"items": ["4.00 EUR", "5.00 EUR"]}, average=True)["text"].text == "4.50 EUR"
    picked = run_expert("pick-best", {"items": ["1,250.00 EUR", "Total: 90 EUR"]}, names=("a.png", "b.png"))
    assert picked["text"].text == "a.png (1250), b.png (90)"
    with pytest.raises(ExpertError, match="not compared"):
        run_expert("pick-best", {"items": ["4 EUR", "5 USD"]})


@pytest.mark.parametrize("items", [["4.00", "no total"], ["4.00 EUR", "5.00 USD"], ["4.00", "1.20 and 2.80"]])
def test_nothing_is_added_where_a_result_is_not_one_amount_of_the_same_currency(
    run_expert: RunExpert, items: list[str]
) -> None:
    with pytest.raises(ExpertError, match="added"):
        run_expert("add-up", {"items": items})


@pytest.mark.parametrize(
    ("items", "result"),
    [
        (["3", " 3 "], "They agree: 3"),
        (["3", "4"], "They differ: 1. 3; 2. 4"),
        ([BOXES, "[]"], "They differ: 1. cat, 2 x face; 2. nothing."),
        ([RECEIPT, RECEIPT.upper()], "They agree: all say the same."),
    ],
)
def test_comparing_reports_whether_and_where_results_differ(
    run_expert: RunExpert, items: list[str], result: str
) -> None:
    assert run_expert("compare", {"items": items})["text"].text == result


def test_the_first_of_three_texts_is_compared_with_each_other_one(run_expert: RunExpert) -> None:
    texts = [BRIDGE, BRIDGE.replace("640 metres", "460 metres"), BRIDGE]
    assert len((run_expert("compare", {"items": texts})["text"].text or "").splitlines()) == len(texts) - 1


def test_long_texts_are_compared_word_by_word(run_expert: RunExpert) -> None:
    result = run_expert("compare", {"items": [BRIDGE, BRIDGE.replace("640 metres", "460 metres")]})["text"].text or ""
    assert result.startswith("They differ; 99% of the words are the same. '640' is '460'")


def test_texts_are_joined_with_the_separator(run_expert: RunExpert) -> None:
    assert run_expert("join-text", {"texts": ["one\n", "two"]})["text"].text == "one\n\ntwo"
    assert run_expert("join-text", {"texts": ["one", "two"]}, separator=", ")["text"].text == "one, two"


@pytest.mark.parametrize("text", ["The proof is No. 7 of them.", "See fig. 3 below.", "It is on p. 12 of the book."])
def test_a_number_after_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("Who keeps the key?", "The key keeps Jørn Østby in May.", "Jørn Østby"),
        ("Who is the guard?", "The guard is Łukasz Żak.", "Łukasz Żak"),
        (
            "Who is the surgeon?",
            "Eye: 2027-03-09, 08:00, ends 08:30 Europe/Oslo\nThe surgeon is Fatima Haddad",
            "Fatima Haddad",
        ),
        ("What is the total?", "order / id: 4711\norder / total: 88.5", "88.5"),
        ("What is the IBAN?", "Name: Ada\nIBAN: DE02120300000000202051\nMember: checked", "DE02120300000000202051"),
        ("What is the subject?", "Subject: Überfahrt\nFrom: a@example.org", "Überfahrt"),
    ],
)
def test_a_label_and_a_name_of_any_letters_are_found(question: str, text: str, answer: str) -> None:
    found = find_answer(question, text)

    assert found is not None
    assert found.short == answer


def test_of_two_values_with_one_label_both_are_the_answer() -> None:
    found = find_answer("What is the price?", "lamp, price: 64 euros\nchair, price: 80 euros")

    assert found is not None
    assert found.short == "lamp, price: 64 euros; chair, price: 80 euros"


@pytest.mark.parametrize(
    "question", ["What is the sum of guests?", "What is the average price?", "What is the highest price?"]
)
def test_what_has_to_be_computed_is_no_word_of_a_text(run_expert: RunExpert, question: str) -> None:
    with pytest.raises(ExpertError, match="no answer"):
        run_expert("lexical-qa", {"question": question, "context": "guests|price\n4|12\n5|30\n"})


def test_a_sum_that_the_text_says_is_an_answer(run_expert: RunExpert) -> None:
    made = run_expert(
        "lexical-qa", {"question": "What is the sum?", "context": "Two chairs at 6 euros.\nThe sum is 12 euros."}
    )
    assert "12" in (made["text"].text or "")


LEASE = "The lease starts on 1 March 2026 and ends on 28 February 2027."
CONTRACT = "O contrato começa em 1 de agosto de 2026 e termina em 31 de julho de 2028."


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When does the lease end?", LEASE, "28 February 2027"),
        ("When does the lease expire?", LEASE, "28 February 2027"),
        ("When does the lease start?", LEASE, "1 March 2026"),
        ("Until when is the lease?", LEASE, "28 February 2027"),
        ("Quando vence o contrato?", CONTRACT, CONTRACT),
        ("Até quando vai o contrato?", CONTRACT, "31 de julho de 2028"),
        ("How high is lighthouse 7?", "Lighthouse 9 is 7 metres high. Lighthouse 7 is 31 metres high.", "31 metres"),
        ("Wann erfolgt die Lieferung?", "Die Lieferung erfolgt am 3. Mai. Danke.", "3. Mai"),
    ],
)
def test_value_beside_the_asked_relation_answers(question: str, text: str, expected: str) -> None:
    found = find_answer(question, text)
    assert found is not None
    assert found.short == expected


def test_number_of_a_question_is_never_looked_up_in_another_things_sentence() -> None:
    assert find_answer("How high is lighthouse 7?", "Lighthouse 9 is 7 metres high.") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "会议定于2026年10月8日下午2点举行。每人500元。请于9月20日之前报名。",
            {"2026年10月8日", "下午2点", "500元", "9月20日"},
        ),
        ("夏祭りは2026年8月22日です。大人500円、子ども200円です。", {"2026年8月22日", "500円", "200円"}),
        ("El 9 de abril son 18 euros.", {"9 de abril", "18 euros"}),
        ("Zahlbar bis zum 15. Juli oder am 3. Mai.", {"15. Juli", "3. Mai"}),
    ],
)
def test_dates_times_and_amounts_are_found_in_other_languages(text: str, expected: set[str]) -> None:
    assert {found.word for found in find_entities(text)} == expected


def test_day_number_with_a_full_stop_ends_no_sentence() -> None:
    assert sentences("Zahlbar bis zum 15. Juli 2026. Am 3. Mai kommt er. Er ist 12. Sie geht.") == [
        "Zahlbar bis zum 15. Juli 2026.",
        "Am 3. Mai kommt er.",
        "Er ist 12.",
        "Sie geht.",
    ]


TILL = "GREEN MARKET\n2026-05-08 14:02\nBread 3.20\nTOTAL ITEMS 1\nTOTAL SAVINGS 1.50\nTOTAL 3.20\nCASH 20.00\nCHANGE 16.80"
SHOP = "Thanks for your order A-5591!\n\nShipping 3.90\n\nOrder total: 26.40 EUR"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What is the total in till.txt?", TILL, "3.20"),
        ("What are the total savings?", TILL, "1.50"),
        ("How much cash was given according to till.txt?", TILL, "20.00"),
        ("How much change did I get on this receipt?", TILL, "16.80"),
        ("What is the date on the receipt till.png?", TILL, "2026-05-08 14:02"),
        ("What is the total?", "Total VAT: 151.62\nTotal amount: 949.62", "949.62"),
        ("What is the total?", "TOTAL EUR 42.00\nThank you\n\nTOTAL EUR 15.00", "EUR 42.00; EUR 15.00"),
        ("What is the total?", "The repair costs 12,300 euros in all, with the scaffold.", "12,300 euros"),
        ("What is the order number?", SHOP, "Thanks for your order A-5591!"),
        ("What is the total of the order?", SHOP, "26.40 EUR"),
    ],
)
def test_a_line_answers_by_all_of_its_label(question: str, text: str, expected: str) -> None:
    answer = find_answer(question, text)
    assert answer is not None
    assert answer.short == expected


def test_no_amount_is_the_number_of_an_order() -> None:
    assert find_answer("What is the order number?", "Order total: 26.40 EUR") is None


LETTER = "Dear Ms Rossi,\n\nyour colleague Paul Stein wrote to us. Ms Lane wrote the report.\n\nKind regards\nDana Kohl"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who wrote letter.txt?", "Dana Kohl"),
        ("Who wrote this letter?", "Dana Kohl"),
        ("Wer hat letter.txt geschrieben?", "Dana Kohl"),
        ("Who wrote the report?", "Ms Lane"),
    ],
)
def test_a_letter_is_by_who_signed_it(run_expert: RunExpert, question: str, said: str) -> None:
    assert run_expert("lexical-qa", {"question": question, "context": LETTER})["text"].text == said


def test_a_text_without_a_signature_is_by_nobody_in_it(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match="does not say who wrote it"):
        run_expert("lexical-qa", {"question": "Who wrote this?", "context": "Ms Lane wrote a complaint."})


def test_a_table_beside_a_text_answers_nothing_that_only_the_text_says(run_expert: RunExpert, tmp_path: Path) -> None:
    """The name of a file is a word of the question where the text has it, and people are no rows of things."""
    file = tmp_path / "roof.eml"
    file.write_text(
        "The roof will cost 21,000 euros.\n\n| item | cost |\n| --- | --- |\n| tiles | 100 |\n| wood | 200 |\n"
    )
    asked = {"question": "How much will the roof cost according to roof.eml?", "context": file}
    assert run_expert("lexical-qa", asked)["text"].text == "21,000 euros"
    assert run_expert("lexical-qa", {**asked, "question": "Sum of cost in roof.eml"})["text"].text == "300"
    with pytest.raises(ExpertError, match="no answer"):
        run_expert("lexical-qa", {**asked, "question": "How many people are in roof.eml?"})
