"""Checks of an answer: it names only existing files, cites only tasks that succeeded, and what it omits is added."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.expert import Assignment, Expert
from hugginggpt.graph.member import Member
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request, Result, Run
from hugginggpt.graph.task import Task
from hugginggpt.tools.controllers.llm.answer_checker import AnswerChecker, sentences
from hugginggpt.tools.controllers.llm.phrases import _phrases

PHOTO = Resource(kind="image", media_type="image/png", sha256="a" * 64, size=9, name="pictures/photo.png")
SPEECH = Resource(kind="audio", media_type="audio/wav", sha256="b" * 64, size=9, producer="1")
TEXT = Resource(kind="text", media_type="text/plain", sha256="c" * 64, size=9, text="see invoice_7.pdf", producer="0")
SHOWN = {"c" * 64: "see invoice_7.pdf"}
PATHS = {"b" * 64: Path("/home/me/resources/bb/bbbb.wav")}


def result(number: int, status: str, *made: Resource, error: str | None = None) -> Result:
    expert = Expert(model_id=f"m/{number}", task_type="image-to-text", backend="scripted")
    chosen = Assignment(task_id=number, expert=expert, reason="only one")
    return Result.model_validate(
        {
            "task_id": number,
            "key": str(number),
            "task_type": "image-to-text",
            "status": status,
            "outputs": dict(zip(("text", "audio"), made, strict=False)),
            "error": error,
            "assignment": chosen,
        }
    )


RUN = Run(
    run_id="r",
    thread_id="t",
    request=Request(text="What is in photo.png? Write it to out.txt", files=(PHOTO,)),
    results=(result(0, "succeeded", TEXT), result(1, "succeeded", SPEECH), result(2, "failed", error="no token")),
)


async def feed(pieces: Iterable[str]) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize(
    "text",
    [
        "The photo (photo.png) shows a dog [0].",
        "It is in /home/me/resources/bb/bbbb.wav, and bbbb.wav is 2 s long [1].",
        "The text names invoice_7.pdf.",
        "I can't write out.txt.",
        "See e.g. section 3.2 of v1.5, i.e. the end.",
    ],
)
def test_names_of_existing_files_are_kept(text: str) -> None:
    assert AnswerChecker(RUN, PATHS, SHOWN).check(text) == text


@pytest.mark.parametrize("name", ["dog.png", "results/summary.txt", "/tmp/made-1.wav", "Video_final.MP4"])
def test_an_invented_file_name_is_removed_and_reported(name: str) -> None:
    checked = AnswerChecker(RUN, PATHS, SHOWN)

    assert checked.check(f"I saved it as {name} for you.") == "I saved it as (a file that does not exist) for you."
    assert any(name in line for line in checked.missing_lines())


def test_the_path_of_a_final_file_in_the_answer_is_not_repeated() -> None:
    checked = AnswerChecker(RUN, PATHS, SHOWN)
    checked.check("You find it at /home/me/resources/bb/bbbb.wav [1].")

    assert not any("bbbb.wav" in line for line in checked.missing_lines())


def test_the_mark_of_a_task_that_did_not_succeed_is_removed() -> None:
    assert AnswerChecker(RUN, PATHS, SHOWN).check("A dog [0], a cat [2], a cow [9].") == "A dog [0], a cat, a cow."


def test_experts_and_failures_that_the_answer_omits_are_named_at_its_end() -> None:
    checked = AnswerChecker(RUN, PATHS, SHOWN)
    checked.check("By m/0, a dog.")

    assert checked.missing_lines() == [
        "[1] image-to-text: m/1",
        "[1] /home/me/resources/bb/bbbb.wav",
        "[2] image-to-text failed: no token",
    ]


async def test_a_sentence_is_released_as_soon_as_it_is_complete() -> None:
    pieces = ["One sen", "tence. And a", "nother one! 第一句。第二", "句。\n- a list\n- its end"]

    found = [sentence async for sentence in sentences(feed(pieces))]
    assert found == ["One sentence. ", "And another one! ", "第一句。", "第二句。\n", "- a list\n", "- its end"]
    assert [each async for each in sentences(feed(["".join(pieces)]))] == found, "however the stream is cut"


@given(st.lists(st.text(max_size=30), max_size=20))
async def test_no_character_between_sentences_is_lost(pieces: list[str]) -> None:
    assert "".join([sentence async for sentence in sentences(feed(pieces))]) == "".join(pieces)


def labelled(number: int, label: str, sha256: str, given: str = "d") -> Result:
    """The label that expert m/NUMBER gives to a picture."""
    made = Resource(kind="labels", media_type="application/json", sha256=sha256 * 64, text=f'[{{"label": "{label}"}}]')
    return result(number, "succeeded", made).model_copy(update={"inputs": (given * 64,)})


@pytest.mark.parametrize(
    ("sentence", "checked"),
    [
        ("The invoice is from Harbour Street. ", "The invoice is from Harbour Street [0]. "),
        ("You owe 21.40 in all!\n", "You owe 21.40 in all [0]!\n"),
        ("It was read aloud.", "It was read aloud."),
        ("Street and harbour are named [1].", "Street and harbour are named [1]."),
        ("Der Sturm kommt am Abend", "Der Sturm kommt am Abend [1]"),
        ("Here is what was found:", "Here is what was found:"),
        ("合计 21.40 欧元。", "合计 21.40 欧元 [0]。"),
    ],
)
def test_a_sentence_that_repeats_a_result_refers_to_its_task(sentence: str, checked: str) -> None:
    bill = Resource(kind="text", media_type="text/plain", sha256="e" * 64, text="Harbour Street 12, total 21.40")
    verse = Resource(kind="text", media_type="text/plain", sha256="f" * 64, text="am Abend kommt ein Sturm")
    run = RUN.model_copy(update={"results": (result(0, "succeeded", bill), result(1, "succeeded", verse))})
    shown = {made.sha256 or "": made.text or "" for made in (bill, verse)}

    assert AnswerChecker(run, {}, shown).check(sentence) == checked


def test_experts_that_contradict_each_other_are_named_where_the_answer_does_not() -> None:
    dog, cat, other = labelled(0, "dog", "1"), labelled(1, "cat", "2"), labelled(2, "bird", "3", given="e")
    run = RUN.model_copy(update={"results": (dog, cat, other, labelled(3, "Dog", "4"))})
    shown = {made.sha256 or "": made.text or "" for row in run.results for made in row.resources}
    silent, open_ = AnswerChecker(run, {}, shown), AnswerChecker(run, {}, shown)
    silent.check("It is a dog, say m/0, m/1, m/2, m/3.")
    open_.check("m/0 and m/3 say dog [0], m/1 says cat [1], and the other picture is a bird, says m/2 [2].")

    assert silent.missing_lines() == [
        "They contradict each other: m/0 says dog [0] and m/1 says cat [1]",
        "They contradict each other: m/1 says cat [1] and m/3 says Dog [3]",
    ]
    assert not any("contradict" in line and "m/0" in line for line in open_.missing_lines())


@pytest.mark.parametrize(
    ("sentence", "checked"),
    [
        ("By m/0, it is a dog.", "By m/0, it is a dog [0]."),
        ("m/0 and m/1 did it.", "m/0 and m/1 did it [0] [1]."),
        ("m/10 is another model.", "m/10 is another model."),
        ("You can hear it in bbbb.wav.", "You can hear it in bbbb.wav [1]."),
    ],
)
def test_a_sentence_that_names_a_model_or_a_file_refers_to_its_task(sentence: str, checked: str) -> None:
    assert AnswerChecker(RUN, PATHS, SHOWN).check(sentence) == checked


@pytest.mark.parametrize(
    ("sentence", "traced"),
    [
        ("Dogs were bred from wolves long ago.", False),
        ("狗是由狼驯化而来的。", False),
        ("It is a dog [0].", True),
        ("Done.", True),
        ("Shall I read it to you too?", True),
        ("This is what the picture shows:\n", True),
        ("There is no token for image-to-text.", True),
    ],
)
def test_a_statement_that_no_result_was_found_for_is_named_at_the_end(sentence: str, traced: bool) -> None:
    checked = AnswerChecker(RUN, PATHS, SHOWN)
    checked.check(sentence)

    flagged = [line for line in checked.missing_lines() if line.startswith("No result was found behind")]
    assert flagged == ([] if traced else [f"No result was found behind: “{sentence.strip()}”"])


def test_without_results_no_statement_needs_one() -> None:
    checked = AnswerChecker(RUN.model_copy(update={"results": ()}), {}, {})
    checked.check("Hello, it is nice to meet you.")

    assert checked.missing_lines() == []


def test_refusals_are_named_before_the_first_word_of_the_model() -> None:
    checker = AnswerChecker(RUN.model_copy(update={"results": (), "refusals": ("I can't cook a meal.",)}), {}, {})

    assert checker.first_lines() == ["Not done: I can't cook a meal."]
    assert checker.missing_lines() == []


@pytest.mark.parametrize(
    ("request_text", "phrases"),
    [
        ("What is in photo.png?", ["failed: no token", "They contradict each other", "there is no such file"]),
        ("¿Qué hay en photo.png?", ["ha fallado: no token", "Se contradicen", "Se ha quitado de esta respuesta"]),
        ("Qu'est-ce qu'il y a dans la photo.png ?", ["a échoué : no token", "Ils se contredisent", "Retiré de cette"]),
        ("Was ist auf dem Bild photo.png?", ["fehlgeschlagen: no token", "Sie widersprechen einander", "entfernt"]),
        ("photo.png 里有什么？", ["失败：no token", "结果互相矛盾", "已从回答中删除"]),
        ("Mitä kuvassa photo.png on?", ["failed: no token", "They contradict each other", "there is no such file"]),
    ],
)
def test_added_lines_are_in_the_language_of_the_request(request_text: str, phrases: list[str]) -> None:
    dog, cat = labelled(0, "dog", "1"), labelled(1, "cat", "2")
    failed = result(2, "failed", error="no token")
    request = RUN.request.model_copy(update={"text": request_text})
    run = RUN.model_copy(update={"request": request, "results": (dog, cat, failed), "refusals": ("x",)})
    checked = AnswerChecker(
        run, {}, {made.sha256 or "": made.text or "" for row in run.results for made in row.resources}
    )
    checked.check("I saw this and saved it as b.png today.")

    lines = "\n".join(checked.missing_lines())
    assert all(phrase in lines for phrase in phrases), lines


def test_every_language_has_every_phrase() -> None:
    assert len({frozenset(row) for row in _phrases().values()}) == 1


def test_a_member_of_a_list_that_failed_and_a_result_made_without_it_are_added_where_the_answer_omits_them() -> None:
    members = (Member(key="0[0]", name="a.png"), Member(key="0[1]", name="b.png", error="it is damaged"))
    read = result(0, "partial", TEXT, error="1 of 2 failed").model_copy(update={"members": members})
    lost = Member(key="0[1]", name="b.png", error="it is damaged")
    joined = result(1, "partial", SPEECH).model_copy(update={"members": (lost,)})
    run = RUN.model_copy(update={"results": (read, joined)})
    failed, without = "[0] image-to-text (b.png) failed: it is damaged", "[1] image-to-text was made without 1: b.png"
    silent, honest = AnswerChecker(run, PATHS, SHOWN), AnswerChecker(run, PATHS, SHOWN)
    silent.check("The text is there [0].")
    honest.check("The text is there [0], but b.png is damaged.")
    assert {failed, without} <= set(silent.missing_lines())
    assert failed not in honest.missing_lines()
    assert without in honest.missing_lines()


def checked_answer(text: str, *rows: Result, request: str = "How many words are there?") -> tuple[str, list[str]]:
    run = RUN.model_copy(update={"request": Request(text=request), "results": rows})
    shown = {made.sha256 or "": made.text or "" for row in rows for made in row.resources}
    checked = AnswerChecker(run, {}, shown)
    for sentence in text.splitlines():
        checked.check(sentence)
    with collecting() as heard:
        lines = checked.missing_lines()
    assert all(line in lines for line in heard.lacks)
    return checked.text, heard.lacks


def written(text: str, number: int = 0) -> Result:
    return result(
        number, "succeeded", Resource(kind="text", media_type="text/plain", sha256=str(number) * 64, text=text)
    )


def classified(label: str, other: str = "", task_type: str = "text-classification") -> Result:
    rows = [{"label": each, "score": 0.93} for each in (label, other) if each]
    made = Resource(kind="labels", media_type="application/json", sha256="9" * 64, text=json.dumps(rows))
    return result(0, "succeeded", made).model_copy(update={"task_type": task_type})


BILL = written("Harbour Street 12\nA lamp 12.40\nA cable 9.00\ntotal 21.40")
TOWER = written("a photo of the Eiffel Tower")
GERMAN = classified("de", task_type="language-identification")


@pytest.mark.parametrize(
    ("sentence", "row"),
    [
        ("There are 7 words [0].", written("4")),
        ("There are 7 words in the text [0].", written("4")),
        ("There are seven words [0].", written("4")),
        ("The total is 99.40 EUR [0].", BILL),
        ("The total in Harbour Street is 99.40 EUR.", BILL),
        ("The customer was happy [0].", classified("negative", "positive")),
        ("It is positive [0].", classified("negative", "positive")),
        ("The picture shows a dog [0].", classified("cat", "dog")),
        ("It is French [0].", GERMAN),
        ("There are not 4 words [0].", written("4")),
        ("There are 7.", written("4")),
        ("There are 7 words.", written("4")),
        ("It is not negative.", classified("negative", "positive")),
        ("It is not negative [0].", classified("negative", "positive")),
        ("The picture shows no dog, it isn't a cat [0].", classified("cat", "dog")),
        ("It is not German [0].", GERMAN),
        ("Es ist Französisch [0].", GERMAN),
        ("It is not very negative [0].", classified("negative", "positive")),
        ("The review is hardly negative [0].", classified("negative", "positive")),
        ("It is anything but negative [0].", classified("negative", "positive")),
        ("It is not at all negative.", classified("negative", "positive")),
        ("There are not exactly four words [0].", written("4")),
        ("There are 4 words [0].\nThere are 7 words.", written("4")),
        ("There are 5 words [0].", written("4")),
        ("There are a dozen words [0].", written("4")),
        ("There are more than ten words [0].", written("4")),
        ("No words were found [0].", written("4")),
        ("The count of the words failed [0].", written("4")),
        ("The language could not be determined [0].", GERMAN),
        ("The customer was furious [0].", classified("positive", "negative")),
        ("The customer was not happy [0].", classified("positive", "negative")),
        ("Es ist nicht besonders negativ [0].", classified("negative", "positive")),
    ],
)
def test_a_statement_that_the_cited_result_does_not_bear_out_is_named_at_the_end(sentence: str, row: Result) -> None:
    _, lacking = checked_answer(sentence, row, request="Welche Sprache ist das?" if "Es " in sentence else "What?")

    assert len(lacking) == 1
    assert sentence.splitlines()[-1].removesuffix(".").removesuffix(" [0]") in lacking[0]


@pytest.mark.parametrize(
    ("sentence", "row"),
    [
        ("There are 4 words.", written("4")),
        ("There are four words [0].", written("4")),
        ("The total is 21,40 EUR [0].", BILL),
        ("Both cost about 21 EUR, and the lamp 3.40 more [0].", BILL),
        ("The score of that is 93 %: negative [0].", classified("negative", "positive")),
        ("Die Stimmung ist negativ [0].", classified("negative", "positive")),
        ("The text was judged [0].\nIt is negative [0].", classified("negative")),
        ("The picture shows a kitten [0].", classified("cat", "dog")),
        ("It is German [0].", GERMAN),
        ("There are 4 words, not 7 [0].", written("4")),
        ("It is not positive but negative [0].", classified("negative", "positive")),
        ("Es ist Deutsch [0].", GERMAN),
        ("By m/0, from scan_77.png, it has 4 lines [0].", BILL),
        ("1. The lamp is 12.40 [0].", BILL),
        ("There are not more than 4 words [0].", written("4")),
        ("It is not only negative but also angry [0].", classified("negative", "positive")),
        ("It is not positive at all, but very negative [0].", classified("negative", "positive")),
        ("There are 4 words [0].\nWater boils at 100 degrees.", written("4")),
        ("The customer was happy [0].", classified("positive", "negative")),
        ("The customer was very satisfied.", classified("positive")),
        ("No, the customer was unhappy [0].", classified("negative", "positive")),
        ("Die Kundin war zufrieden [0].", classified("positive", "negative")),
        ("There are 4 words [0], more could not be found.", written("4")),
    ],
)
def test_a_true_statement_is_not_called_false(sentence: str, row: Result) -> None:
    german = "Es " in sentence or "Die " in sentence
    text, lacking = checked_answer(sentence, row, request="Welche Sprache ist das?" if german else "What is it?")

    assert lacking == []
    assert "[0]" in text


def counted(text: str, unit: str = "words") -> tuple[Result, Plan]:
    args = {"items": "guten Tag", "look_for": unit}
    tasks = [{"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "guten Tag"}}]
    plan = Plan.from_hugginggpt([*tasks, {"task": "count", "id": 1, "dep": [-1], "args": args}])
    return written(text, 1).model_copy(update={"task_type": "count"}), plan


def answer_to_two(text: str, request: str) -> tuple[str, list[str], list[str]]:
    """The checked answer to what language a text is in and how many words it has (German, 6); reports; all lines."""
    row, plan = counted("6")
    language = classified("de", "lb", "language-identification")
    run = RUN.model_copy(update={"request": Request(text=request), "results": (language, row), "plan": plan})
    checked = AnswerChecker(
        run, {}, {made.sha256 or "": made.text or "" for made in (*language.resources, *row.resources)}
    )
    for line in text.splitlines(keepends=True):
        checked.check(line)
    with collecting() as heard:
        lines = checked.missing_lines()
    return checked.text, heard.lacks, lines


ASKED = "Which language is 'guten Tag', and how many words are in it?"
IN_CHINESE = "“guten Tag”是什么语言，有几个词？"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("The text has 6 words [0] and is German [1].", "A wrong citation: “The text has 6 words” is what [1] says"),
        ("It is German [0] and has 7 words [1].", "has 7 words"),
        ("It is German [0] and has 2 words [1].", "has 2 words"),
        ("It is German [0] and has nine words [1].", "nine words"),
        ("It is German [0] and has twenty-six words [1].", "twenty-six"),
        ("It is German [0], with fewer than five words [1].", "fewer than five"),
        ("It is German [0] and consists of 6 letters [1].", "6 letters"),
        ("It is German [0].\n| words | 9 |\n", "| words | 9 |"),
        ("- Spanish\n- 6 words [1]", "- Spanish"),
        ("Spanish, 6 words", "Spanish, 6 words"),
        ("Austrian [0], 6 words [1].", "Austrian"),
        ("It is German or Danish [0]. 6 words [1].", "German or Danish"),
        ("It is German [0]. There are seven words.", "There are seven words"),
        ("这段文字是德语 [0]，共有七个词 [1]。", "七个词"),
        ("这段文字是德语 [0]，共有六个字母 [1]。", "六个字母"),
    ],
)
def test_each_part_of_a_sentence_is_held_to_the_result_beside_it(text: str, reported: str) -> None:
    """A count of 7 was borne out by the number of words in the JSON of the other result."""
    checked, lacking, _ = answer_to_two(text, IN_CHINESE if "词" in text or "字" in text else ASKED)

    assert len(lacking) == 1
    assert reported in lacking[0]
    assert checked.count("[") == text.count("[")  # and no citation is added to a sentence that differs


@pytest.mark.parametrize(
    "text",
    [
        "It's German, and it has 6 words [0][1].",
        "According to [0], it is German; [1] counted 6 words.",
        "It is not French but German [0], with six (6) words [1].",
        "It is German with at least five words [0] [1].",
        "German (93% sure, perhaps Luxembourgish) [0], 6 words [1].",
        "1. Language: German [0]\n2. Words: 6 [1]",
        "| Language | German |\n|---|---|\n| Words | 6 |",
        "## Answer 1\nIt is German [0].\n## Answer 2\n6 words [1]",
        "这段文字是德语 [0]，共有六个词 [1]。",
    ],
)
def test_a_right_answer_to_two_questions_is_not_called_false(text: str) -> None:
    _, lacking, lines = answer_to_two(text, IN_CHINESE if "词" in text else ASKED)

    assert lacking == []
    assert not any("Left out" in line for line in lines)


def test_what_is_not_about_a_result_gets_no_citation() -> None:
    checked, _, lines = answer_to_two("It is German [0], 6 words [1].\nThe capital of Germany is Paris.", ASKED)

    assert "[" not in checked.splitlines()[1]
    assert "No result was found behind: “The capital of Germany is Paris.”" in lines


@pytest.mark.parametrize("sentence", ["The Eiffel Tower is 330 m high.", "It was opened in 1889."])
def test_a_number_of_the_models_own_knowledge_is_named_as_untraced_and_no_doubt_about_the_results(
    sentence: str,
) -> None:
    """It made the run partial, though no result has a number that it could replace."""
    run = RUN.model_copy(update={"request": Request(text="What is in the photo?"), "results": (TOWER,)})
    checked = AnswerChecker(run, {}, {"0" * 64: "a photo of the Eiffel Tower"})
    checked.check("It is a photo of the Eiffel Tower [0].\n")
    checked.check(sentence)
    with collecting() as heard:
        lines = checked.missing_lines()
    assert heard.lacks == []
    assert any(line.startswith("No result was found behind") and sentence in line for line in lines)


def test_such_a_number_that_cites_a_result_is_a_doubt() -> None:
    assert checked_answer("The Eiffel Tower is 330 m high [0].", TOWER)[1]


@pytest.mark.parametrize("answer", ["Hello", "Done.", "I have done it."])
def test_an_answer_that_rests_on_no_result_is_reported_as_such_with_the_results_and_makes_the_run_partial(
    answer: str,
) -> None:
    reported = "Nothing in the answer of the model was traced to a result; the results follow"
    plan = Plan(tasks=(Task(id=0, type="image-to-text", inputs={"image": PHOTO}),))
    run = RUN.model_copy(update={"plan": plan, "results": (result(0, "succeeded", TEXT),)})
    checked = AnswerChecker(run, PATHS, SHOWN)
    checked.check(answer)

    with collecting() as heard:
        lines = checked.missing_lines()
    assert lines[:2] == [reported, "Left out above: [0] image-to-text\nsee invoice_7.pdf\n"]
    assert heard.lacks == [reported]


@pytest.mark.parametrize(("answer", "about"), [("Hello", False), ("Here is your audio.", True), ("It is aloud.", True)])
def test_so_is_one_that_says_nothing_of_files(answer: str, about: bool) -> None:
    plan = Plan(tasks=(Task(id=1, type="text-to-speech", inputs={"text": "ahoy"}, goal="say 'ahoy' aloud"),))
    checked = AnswerChecker(
        RUN.model_copy(update={"plan": plan, "results": (result(1, "succeeded", SPEECH),)}), PATHS, {}
    )
    checked.check(answer)

    with collecting() as heard:
        lines = checked.missing_lines()
    assert ("Nothing in the answer of the model was traced" in lines[0], bool(heard.lacks)) == (not about, not about)
    assert f"[1] {PATHS['b' * 64]}" in lines


def test_an_answer_that_cites_one_result_of_two_is_none_of_that_kind() -> None:
    other = TEXT.model_copy(update={"sha256": "d" * 64, "text": "a red boat"})
    plan = Plan(tasks=tuple(Task(id=each, type="image-to-text", inputs={"image": PHOTO}) for each in (0, 1)))
    results = result(0, "succeeded", TEXT), result(1, "succeeded", other)
    checked = AnswerChecker(
        RUN.model_copy(update={"plan": plan, "results": results}), PATHS, SHOWN | {"d" * 64: "a red boat"}
    )
    checked.check("It was done [1].")

    with collecting() as heard:
        lines = checked.missing_lines()
    assert not any("traced to a result" in line for line in (*lines, *heard.lacks))
