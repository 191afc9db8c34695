"""Promises on lists and clauses: which lines are meant, which labels are offered, what a text is measured by."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.controllers.rules.controller import propose


def proposed(text: str, names: str = "a.txt") -> Proposal:
    """The proposal for a request with files."""
    kinds = [(name, *kind_of_name(name)) for name in names.split()]
    files = tuple(Resource(kind=kind, media_type=media_type, name=name) for name, kind, media_type in kinds)
    return propose(Request(text=text, files=files))


@pytest.mark.parametrize(
    ("text", "task_type", "where"),
    [
        ("zähle die Zeilen in a.txt, die Fehler enthalten", "count", "* contains Fehler"),
        ("zähle die Zeilen in a.txt, die das Wort Fehler nicht enthalten", "count", "* not contains Fehler"),
        ("zähle die Zeilen in a.txt, die keine Fehler enthalten", "count", "* not contains Fehler"),
        ("zeig mir die Zeilen mit Fehler aus a.txt", "filter", "* contains Fehler"),
        ("filtra las líneas de a.txt que contienen error", "filter", "* contains error"),
        ("cuenta las líneas que contienen 'time out' en a.txt", "count", "* contains time out"),
        ("zähle die Zeilen in a.txt, die den Buchstaben b enthalten", "count", "* contains b"),
        ("cuenta las líneas de a.txt que contienen la expresión error", "count", "* contains error"),
        ("compte les lignes de a.txt qui contiennent la lettre b", "count", "* contains b"),
        ("compte les lignes de a.txt qui ne contiennent pas timeout", "count", "* not contains timeout"),
        ("montre les lignes de a.txt contenant erreur", "filter", "* contains erreur"),
        ("conta as linhas que contêm erro", "count", "* contains erro"),
        ("数一下a.txt里包含错误的行", "count", "* contains 错误"),
        ("找出a.txt中不包含error的所有行", "filter", "* not contains error"),
        ("エラーを含む行を数えて", "count", "* contains エラー"),
        ("a.txtから「失敗」を含まない行を出して", "filter", "* not contains 失敗"),
    ],
)
def test_a_relative_clause_chooses_the_lines(text: str, task_type: str, where: str) -> None:
    """In all languages, before or behind the noun, with or without a comma."""
    proposal = proposed(text)
    assert [(task.type, task.parameters.get("where")) for task in proposal.plan.tasks] == [(task_type, (where,))]
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "zähle die Zeilen in a.txt, die Fehler oder Warnung enthalten",
        "compte les lignes de a.txt qui sont vides",
        "cuenta las líneas de a.txt que tienen más de 10",
        "traduce las líneas de a.txt que contienen error al inglés",
        "zähle die Zeilen in a.txt und übersetze sie",
    ],
)
def test_a_clause_on_lines_that_is_not_read_is_reported(text: str) -> None:
    assert proposed(text).refusals


@pytest.mark.parametrize(
    "text",
    ["cuenta las líneas que hay en a.txt", "zähle die Zeilen, die in a.txt stehen", "quantas linhas tem o a.txt"],
)
def test_a_clause_that_says_where_the_lines_are_chooses_none(text: str) -> None:
    assert [(task.type, task.parameters) for task in proposed(text).plan.tasks] == [("count", {})]


def test_lines_that_are_chosen_are_what_is_said() -> None:
    first, second = proposed("lies die Zeilen in a.txt, die Fehler enthalten, laut vor").plan.tasks
    assert (first.type, second.type, second.depends_on) == ("filter", "text-to-speech", (0,))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("which of these does a.txt go under: billing, shipping or something else", "billing shipping something else"),
        ("ordne a.txt einer Kategorie zu: Sport, Politik oder Kultur", "sport politik kultur"),
        ("ist a.txt eine Beschwerde, eine Frage oder ein Lob?", "eine beschwerde eine frage ein lob"),
        ("clasifica a.txt en una categoría: deporte, política o cultura", "deporte política cultura"),
        ("quelle catégorie pour a.txt : sport, politique ou culture ?", "sport politique culture"),
        ("classifique a.txt numa categoria: esporte, política ou cultura", "esporte política cultura"),
        ("a.txt应该归到哪一类：体育、政治、文化", "体育 政治 文化"),
        ("a.txtはどのカテゴリ：請求、配送、技術", "請求 配送 技術"),
    ],
)
def test_the_labels_are_those_of_the_list(text: str, labels: str) -> None:
    """No verb is one ("is", "clasifica"), and the list is no text to classify."""
    (task,) = proposed(text).plan.tasks
    assert " ".join(map(str, task.parameters["candidate_labels"])) == labels  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "names", "source"),
    [
        ("which of 'dogs bark' and 'rain falls' is more like 'cats meow'", "", "cats meow"),
        ("how similar is 'cats meow' to 'dogs bark' and 'rain falls'", "", "cats meow"),
        ("rank b.txt and c.txt by similarity to a.txt", "a.txt b.txt c.txt", "a.txt"),
        ("is b.txt or c.txt closer to a.txt", "a.txt b.txt c.txt", "a.txt"),
        ("welcher von 'ein Hund bellt' und 'es regnet' ist näher an 'eine Katze miaut'", "", "eine Katze miaut"),
        ("cuál de 'el perro ladra' y 'llueve' se parece más a 'el gato maúlla'", "", "el gato maúlla"),
        ("“狗在叫”和“下雨了”哪个更接近“猫在叫”", "", "猫在叫"),
    ],
)
def test_the_text_that_stands_apart_is_what_the_others_are_measured_by(text: str, names: str, source: str) -> None:
    proposal = proposed(text, names)
    (task,) = proposal.plan.tasks
    given = task.inputs["source_sentence"]
    assert (task.type, given.name if isinstance(given, Resource) else given) == ("sentence-similarity", source)
    assert len(task.inputs["sentences"]) == 2  # type: ignore[arg-type]
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "summarise a.txt into both French and German",
        "fasse a.txt sowohl auf Französisch als auch auf Deutsch zusammen",
        "resume a.txt tanto en francés como en alemán",
        "résume a.txt aussi bien en français qu'en allemand",
    ],
)
def test_a_summary_in_two_languages_is_translated_into_both(text: str) -> None:
    tasks = proposed(text).plan.tasks
    assert [task.type for task in tasks] == ["summarization", "translation", "translation"]
    assert [(task.depends_on, task.parameters["target_language"]) for task in tasks[1:]] == [
        ((0,), "French"),
        ((0,), "German"),
    ]


def test_a_verb_without_an_object_goes_on_with_all_files_of_the_verb_before() -> None:
    tasks = proposed("summarise a.txt and b.txt and count the words", "a.txt b.txt").plan.tasks
    assert [[r.name for r in t.inputs["items"]] for t in tasks if t.type == "count"] == [["a.txt"], ["b.txt"]]  # type: ignore[union-attr]


def test_rows_that_were_chosen_are_what_is_counted() -> None:
    chosen, counted = proposed("show the rows of s.csv where price is over 3 and count them", "s.csv").plan.tasks
    assert (chosen.type, counted.type, counted.depends_on) == ("filter", "count", (0,))


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("translate review_good.txt into French. no wait, the bad one", "review_bad.txt"),
        ("summarise a.txt. scratch that, b.txt", "b.txt"),
        ("translate a.txt into French. no, b.txt I meant", "b.txt"),
        ("summarise a_old.txt, no wait, the new one", "a_new.txt"),
        ("fasse a.txt zusammen. Nein, ich meinte b.txt", "b.txt"),
        ("traduce a.txt al inglés. No, perdón, b.txt", "b.txt"),
        ("traduis a.txt en anglais. Non, b.txt plutôt", "b.txt"),
        ("traduz a.txt para inglês. Não, espera, b.txt", "b.txt"),
        ("把a.txt翻译成英文。不对，是b.txt", "b.txt"),
        ("a.txtを英語に翻訳して。いや、b.txtの方", "b.txt"),
    ],
)
def test_a_correction_replaces_the_file_before(text: str, file: str) -> None:
    """In all languages; the file that was named first is neither taken nor reported."""
    names = {"review_bad.txt": "review_good.txt review_bad.txt", "a_new.txt": "a_old.txt a_new.txt"}
    proposal = proposed(text, names.get(file, "a.txt b.txt"))
    assert [getattr(task.inputs["text"], "name", "") for task in proposal.plan.tasks] == [file]
    assert proposal.refusals == ()


def test_a_correction_replaces_the_language_before() -> None:
    (task,) = proposed("übersetze a.txt ins Englische. Nein, warte, ins Französische").plan.tasks
    assert task.parameters["target_language"] == "French"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("translate a.txt and b.txt into French. no wait, c.txt", "“no wait, c.txt”"),
        ("summarise a.txt. scratch that, translate it into French", "“scratch that, translate it into French”"),
    ],
)
def test_a_correction_that_takes_no_effect_is_reported_first(text: str, said: str) -> None:
    assert said in proposed(text, "a.txt b.txt c.txt").refusals[0]


def test_lines_that_are_to_be_removed_are_left_out() -> None:
    (task,) = proposed("elimina las líneas de a.txt que contienen error").plan.tasks
    assert (task.type, task.parameters["where"]) == ("filter", ("* not contains error",))
    table = proposed("lösche die Zeilen aus s.csv, wo Region Nord ist", "s.csv")
    assert (table.plan.tasks, bool(table.refusals)) == ((), True)
