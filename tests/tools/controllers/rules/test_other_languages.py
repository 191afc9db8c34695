"""Promises about requests in other languages than English: what their words change, forbid and lose."""

import re

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.controllers.rules.controller import propose

NAMES = ("lake.png", "faces.jpg", "memo.txt", "talk.wav", "rows.csv", "more.txt", "more.csv", "form.pdf")


def proposal(text: str) -> Proposal:
    named = [(name, *kind_of_name(name)) for name in NAMES if name in text]
    return propose(Request(text=text, files=tuple(Resource(kind=k, media_type=m, name=n) for n, k, m in named)))


def planned(text: str) -> list[str]:
    """The types of the tasks, and the operations on pictures."""
    return [str(task.parameters.get("operation", task.type)) for task in proposal(text).plan.tasks]


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("Dreh lake.png um 30 Grad im Uhrzeigersinn", -30),
        ("Dreh lake.png gegen den Uhrzeigersinn", 90),
        ("Gira lake.png 30 grados en sentido horario", -30),
        ("Gira lake.png 30 grados en sentido antihorario", 30),
        ("Tourne lake.png de 30 degrés vers la droite", -30),
        ("Tourne lake.png de 30 degrés dans le sens inverse des aiguilles d'une montre", 30),
        ("Gire lake.png 30 graus no sentido horário", -30),
        ("Gire lake.png para a esquerda", 90),
        ("把lake.png顺时针旋转30度", -30),
        ("把lake.png向左旋转30度", 30),
        ("lake.pngを時計回りに30度回転して", -30),
        ("lake.pngを反時計回りに30度回転して", 30),
    ],
)
def test_a_picture_turns_to_the_side_that_the_words_say(text: str, angle: int) -> None:
    assert [task.parameters["angle"] for task in proposal(text).plan.tasks] == [angle]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Verkleinere lake.png auf 300 Pixel Breite", {"width": 300}),
        ("Verkleinere lake.png auf 30 Prozent", {"scale": 0.3}),
        ("Verkleinere lake.png um 30 Prozent", {"scale": 0.7}),
        ("Redimensiona lake.png a 300 píxeles de ancho", {"width": 300}),
        ("Réduis lake.png à 300 pixels de haut", {"height": 300}),
        ("Redimensiona a lake.png para 300 pixels de largura", {"width": 300}),
        ("把lake.png缩小到30%", {"scale": 0.3}),
        ("lake.pngを幅300ピクセルに縮小して", {"width": 300}),
    ],
)
def test_a_picture_gets_the_size_that_the_words_say(text: str, size: dict[str, float]) -> None:
    assert [dict(task.parameters) for task in proposal(text).plan.tasks] == [{"operation": "resize", **size}]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Mach lake.png schwarzweiß, aber nicht drehen", ["grayscale"]),
        ("Fass memo.txt zusammen, ohne es vorzulesen oder zu übersetzen", ["summarization"]),
        ("Resume memo.txt sin leerlo en voz alta ni traducirlo", ["summarization"]),
        ("Résume memo.txt sans le lire à voix haute ni le traduire", ["summarization"]),
        ("Resuma memo.txt sem traduzir nem ler em voz alta", ["summarization"]),
        ("Deixa lake.png em preto e branco, mas sem rodar", ["grayscale"]),
        ("memo.txtを読み上げずに要約して", ["summarization"]),
        ("总结memo.txt但不翻译", ["summarization"]),
    ],
)
def test_what_is_forbidden_is_neither_planned_nor_reported(text: str, types: list[str]) -> None:
    assert planned(text) == types
    assert proposal(text).refusals == ()


@pytest.mark.parametrize("text", ["总结memo.txt但不要提到押金", "memo.txtを要約して、でも保証金には触れないで"])
def test_a_thing_that_is_to_be_left_out_is_reported(text: str) -> None:
    """No expert leaves it out; what is no task is more than a task that is not wanted."""
    assert len(proposal(text).refusals) == 1


@pytest.mark.parametrize("text", ["Dibuja un perro sin collar en la playa", "Dessine une plage sans personne"])
def test_what_a_drawing_is_without_belongs_to_its_description(text: str) -> None:
    assert [task.inputs["prompt"] for task in proposal(text).plan.tasks] == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Detect the faces in faces.jpg and blur them",
        "Finde die Gesichter in faces.jpg und mach sie unscharf",
        "faces.jpgの顔を検出して、ぼかして",
        "把faces.jpg里的人脸打码",
    ],
)
def test_no_whole_picture_is_blurred_where_a_part_is_meant(text: str) -> None:
    assert "blur" not in planned(text)
    assert len(proposal(text).refusals) == 1


def test_every_box_is_cut_out_and_changed_where_several_are_found() -> None:
    tasks = proposal("Recorta las caras de faces.jpg y ponlas en blanco y negro").plan.tasks
    assert [task.type for task in tasks] == ["object-detection", "crop", "image-to-image"]
    assert tasks[1].parameters == {"look_for": "every one"}


def test_each_half_of_a_request_is_planned_from_the_file_that_it_is_about() -> None:
    tasks = proposal("Traduis memo.txt en allemand et dis-moi si le client était content").plan.tasks
    assert [task.type for task in tasks] == ["translation", "text-classification"]
    assert not tasks[1].depends_on


def test_names_are_looked_for_apart_from_what_needs_no_model() -> None:
    tasks = proposal("Dime los nombres de personas y las fechas que salen en memo.txt").plan.tasks
    assert [task.parameters["look_for"] for task in tasks] == ["names", "dates"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Wie lang ist talk.wav?", []),
        ("Welche Farben hat lake.png?", ["visual-question-answering"]),
        ("Est-ce que tu peux flouter lake.png ?", ["blur"]),
        ("Qual é o texto que aparece em lake.png?", ["image-to-text"]),
    ],
)
def test_a_question_makes_no_new_picture_and_a_duration_is_out_of_reach(text: str, types: list[str]) -> None:
    assert planned(text) == types
    assert bool(proposal(text).refusals) == (not types)


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("Is memo.txt positive or negative?", "and other.txt?", "text-classification"),
        ("¿En qué idioma está memo.txt?", "¿Y other.txt?", "language-identification"),
        ("memo.txtを要約して", "じゃあother.txtは", "summarization"),
    ],
)
def test_a_follow_up_with_nothing_but_a_file_repeats_the_request_for_it(before: str, now: str, kind: str) -> None:
    other = Resource(kind="text", media_type="text/plain", name="other.txt")
    found = propose(Request(text=now, files=(other,), history=(("user", before), ("assistant", "…"))))
    assert [(task.type, list(task.inputs.values())) for task in found.plan.tasks] == [(kind, [other])]


def test_the_mood_of_a_text_is_that_of_the_file_and_not_of_its_translation_into_another_language() -> None:
    tasks = proposal("Translate memo.txt into French and tell me whether the customer was happy").plan.tasks
    assert [(task.type, task.depends_on) for task in tasks] == [("translation", ()), ("text-classification", ())]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("用a.jpg、b.jpg和c.jpg做个幻灯片视频", {"a.jpg", "b.jpg", "c.jpg"}),
        ("总结a.txt、b.txt和c.txt", {"a.txt", "b.txt", "c.txt"}),
        ("a.jpgとb.jpgとc.jpgでスライドショー動画を作って", {"a.jpg", "b.jpg", "c.jpg"}),
    ],
)
def test_each_file_of_a_list_without_spaces_is_taken(text: str, files: set[str]) -> None:
    """Names after punctuation and joining words of Chinese and Japanese are all inputs, and nothing is reported."""
    found = propose(Request(text=text))
    assert set(re.findall(r"\w\.(?:jpg|txt)", str([task.inputs for task in found.plan.tasks]))) == files
    assert not found.refusals


@pytest.mark.parametrize(
    "text", ["Fasse memo.txt zusammen. Hier ist auch lake.png", "Resume memo.txt. Aquí está lake.png"]
)
def test_a_file_that_no_task_takes_is_reported(text: str) -> None:
    found = proposal(text)
    assert found.plan.tasks
    assert "lake.png" in found.refusals[0]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Transkribiere die erste Minute von talk.wav", {"end_seconds": 60}),
        ("Transcris les 30 premières secondes de talk.wav", {"end_seconds": 30}),
        ("Transcribe los primeros 10 segundos de talk.wav", {"end_seconds": 10}),
        ("Transcreve os últimos 10 segundos de talk.wav", {"start_seconds": -10}),
        ("转写talk.wav的前一分钟", {"end_seconds": 60}),
        ("talk.wavの最初の30秒を文字起こしして", {"end_seconds": 30}),
    ],
)
def test_only_the_part_of_a_recording_that_the_words_name_is_transcribed(text: str, part: dict[str, float]) -> None:
    tasks = proposal(text).plan.tasks
    assert [task.type for task in tasks] == ["trim-audio", "automatic-speech-recognition"]
    assert tasks[0].parameters == part
    assert not proposal(text).refusals


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Schneide talk.wav von 0:30 bis 1:00", {"start_seconds": 30, "end_seconds": 60}),
        ("Schneide die ersten 5 Sekunden von talk.wav weg", {"start_seconds": 5}),
        ("Coupe talk.wav de 0:30 à 1:00", {"start_seconds": 30, "end_seconds": 60}),
        ("Corta talk.wav de 0:30 a 1:00", {"start_seconds": 30, "end_seconds": 60}),
        ("剪掉talk.wav的前5秒", {"start_seconds": 5}),
        ("剪出talk.wav的第5秒到第10秒", {"start_seconds": 5, "end_seconds": 10}),
        ("talk.wavの0:30から1:00までを切り出して", {"start_seconds": 30, "end_seconds": 60}),
    ],
)
def test_a_recording_is_cut_to_the_times_that_the_words_say(text: str, part: dict[str, float]) -> None:
    assert [(task.type, task.parameters) for task in proposal(text).plan.tasks] == [("trim-audio", part)]
    assert not proposal(text).refusals


@pytest.mark.parametrize(
    "text", ["Kürze film.mp4 auf 30 Sekunden", "Acorta film.mp4 a 30 segundos", "把film.mp4剪到30秒"]
)
def test_a_film_is_cut_and_not_made_anew(text: str) -> None:
    """No model for films is asked for what a cut does."""
    tasks = propose(Request(text=text)).plan.tasks
    assert [(task.type, task.parameters) for task in tasks] == [("trim-video", {"end_seconds": 30})]


@pytest.mark.parametrize(
    "text",
    [
        "Ich brauche von film.mp4 nur den Ton von Sekunde 2 bis 4",
        "Je veux juste le son de film.mp4 de la seconde 2 à 4",
        "Quero só o som de film.mp4 do segundo 2 ao 4",
        "film.mp4の2秒から4秒の音だけ欲しい",
        "Just the sound of film.mp4 from second 2 to 4",
    ],
)
def test_a_part_of_the_sound_of_a_film_is_no_film(text: str) -> None:
    film = Resource(kind="video", media_type="video/mp4", name="film.mp4")
    tasks = propose(Request(text=text, files=(film,))).plan.tasks
    assert sorted(task.type for task in tasks) == ["trim-video", "video-to-audio"]
    assert {"start_seconds": 2, "end_seconds": 4} in [task.parameters for task in tasks]


@pytest.mark.parametrize(
    "text",
    [
        "Schneide einen Teil aus talk.wav heraus",
        "Corta un trozo de talk.wav",
        "Transkribiere talk.wav bei Sekunde 5",
        "Mach ein Standbild aus film.mp4 bei Sekunde 5",
    ],
)
def test_nothing_is_made_of_the_whole_where_a_part_is_not_understood(text: str) -> None:
    assert propose(Request(text=text)).plan.tasks == ()
    assert propose(Request(text=text)).refusals


@pytest.mark.parametrize(
    "text",
    [
        "Convertis photo.jpg en PNG et réduis-la de moitié",
        "Konvertiere photo.jpg in PNG und verkleinere es auf die Hälfte",
        "Convierte photo.jpg a PNG y redúcelo a la mitad",
        "Converta photo.jpg para PNG e reduza pela metade",
        "photo.jpgをPNGに変換して半分に縮小して",
        "把photo.jpg转换成PNG并缩小一半",
    ],
)
def test_a_picture_is_converted_once_after_it_is_changed(text: str) -> None:
    """The format is neither reported as not understood nor taken for another operation."""
    found = propose(Request(text=text))
    assert [task.parameters for task in found.plan.tasks] == [
        {"operation": "resize", "scale": 0.5},
        {"operation": "format", "format": "png"},
    ]
    assert found.refusals == ()


def test_a_second_change_of_one_word_is_made() -> None:
    tasks = propose(Request(text="Dreh cat.jpg um 90 Grad nach links und mach es danach grau")).plan.tasks
    assert [task.parameters["operation"] for task in tasks] == ["rotate", "grayscale"]


@pytest.mark.parametrize(
    "text",
    [
        "このレビューは良い評価ですか? review.txt",
        "この手紙のゲストは満足していますか? review.txt",
        "这封信里的客人满意吗? review.txt",
        "O hóspede desta carta ficou satisfeito? review.txt",
        "¿Está contento el huésped en esta carta? review.txt",
    ],
)
def test_nouns_for_the_text_and_its_author_restrict_no_question_of_sentiment(text: str) -> None:
    found = propose(Request(text=text))
    assert [task.type for task in found.plan.tasks] == ["text-classification"]
    assert found.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuántas filas de sales.csv tienen units mayores de 120?",
        "Wie viele Zeilen von sales.csv haben units größer als 120?",
    ],
)
def test_a_count_with_a_condition_is_a_question_to_the_table(text: str) -> None:
    proposal = propose(Request(text=text))
    assert [task.type for task in proposal.plan.tasks] == ["table-question-answering"]
    assert not proposal.refusals


@pytest.mark.parametrize(
    "text",
    [
        "Finde die Gesichter in faces.jpg und zähle sie",
        "Trouve les visages dans faces.jpg et compte-les",
        "Encuentra las caras en faces.jpg y cuéntalas",
        "Encontra os rostos em faces.jpg e conta-os",
        "找出faces.jpg里的人脸\uff0c数一数",
        "faces.jpgの顔を見つけて、数えてください",
        "Zähle die Gesichter in faces.jpg",
    ],
)
def test_what_was_found_is_counted(text: str) -> None:
    """`Count them` counts the findings, and no other thing in the picture."""
    assert planned(text) == ["object-detection", "count"]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("Welche Bewertung ist am schlechtesten, memo.txt oder more.txt?", {"label": "negative"}),
        ("Quel avis est le moins positif : memo.txt ou more.txt ?", {"label": "positive", "lowest": True}),
        ("Qual das avaliações é a mais positiva, memo.txt ou more.txt?", {"label": "positive"}),
        ("¿Cuál tiene menos filas, rows.csv o more.csv?", {"lowest": True}),
        ("¿Hay más palabras en memo.txt o en more.txt?", {"by": "length"}),
        ("memo.txt和more.txt哪篇更短\uff1f", {"by": "length", "lowest": True}),
        ("どちらの文章が短い\uff1fmemo.txtとmore.txt", {"by": "length", "lowest": True}),
        ("Auf welchem Foto sind mehr Gesichter, faces.jpg oder lake.png?", {"label": "face"}),
    ],
)
def test_the_best_of_several_files_is_picked_by_what_the_words_say(text: str, parameters: dict[str, object]) -> None:
    picked = proposal(text).plan.tasks[-1]
    assert (picked.type, {k: v for k, v in picked.parameters.items() if k != "names"}) == ("pick-best", parameters)
    assert all(str(name) in text for name in picked.parameters["names"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    ["Lis le plus négatif à voix haute : memo.txt, more.txt", "Lies den negativsten von memo.txt und more.txt vor"],
)
def test_a_text_chosen_by_its_mood_is_not_read_aloud_in_silence(text: str) -> None:
    assert "text-to-speech" not in planned(text)
    assert proposal(text).refusals


@pytest.mark.parametrize(
    "text",
    [
        "Lis la page 2 de form.pdf",
        "Lee la página 2 de form.pdf",
        "Leia a página 2 de form.pdf",
        "读一下form.pdf第2页",
        "form.pdfの2ページ目を読んで",
    ],
)
def test_a_page_is_read_and_neither_spoken_nor_drawn(text: str) -> None:
    assert planned(text) == ["document-to-text"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Fasse die Seiten 1 und 2 von form.pdf in einem Satz zusammen", ["document-to-text", "summarization"]),
        ("Lê em voz alta só o primeiro parágrafo de memo.txt", ["text-part", "text-to-speech"]),
        (
            "Transkribier mir talk.wav, aber nur die ersten fünf Sekunden",
            ["automatic-speech-recognition", "trim-audio"],
        ),
        ("talk.wavの最初の10秒だけ文字起こしして", ["automatic-speech-recognition", "trim-audio"]),
        ("取talk.wav的前十二秒转成文字", ["automatic-speech-recognition", "trim-audio"]),
        ("Se a memo.txt for negativa, resume-a", []),
        ("Quantas palavras tem memo.txt e quantas linhas?", ["count", "count"]),
        ("Mach aus photo.png eine Strichzeichnung, als Umriss", ["hed-control"]),
        ("zeige alle Zeilen aus sales.csv, wo der Preis am höchsten ist", ["table-question-answering"]),
    ],
)
def test_a_part_limits_the_task_and_is_none_of_its_own(text: str, types: list[str]) -> None:
    tasks = proposal(text).plan.tasks
    assert sorted(task.type for task in tasks) == sorted(types)
    assert all("sha256" in repr(value) or task.type != "count" for task in tasks for value in task.inputs.values())


def test_two_things_to_find_are_both_looked_for_where_no_spaces_divide_words() -> None:
    found = proposal("memo.txtのメールアドレスと電話番号を抜き出して").plan.tasks
    assert [task.parameters["look_for"] for task in found] == ["e-mail addresses, phone numbers"]


@pytest.mark.parametrize(
    "text",
    [
        "un resumen en francés de memo.txt",
        "mach eine Kurzfassung auf Französisch von memo.txt",
        "faz um resumo em francês do memo.txt",
        "用memo.txt写个法语摘要",
        "memo.txtをフランス語で要約して",
    ],
)
def test_a_summary_in_another_language_is_a_summary_and_translated(text: str) -> None:
    """A translation of the whole text is no summary of it."""
    assert planned(text) == ["summarization", "translation"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("escribe un cuento sobre un perro y mándaselo a Ana", "mándaselo"),
        ("Schreib eine Geschichte über einen Hund und verfilme sie", "verfilme"),
        ("inventa uma história sobre um polvo e encaderna-a", "encaderna"),
        ("写一个关于猫的故事，并把它拍成电影", "拍成电影"),
    ],
)
def test_what_is_to_be_done_with_a_new_text_is_no_part_of_its_description(text: str, words: str) -> None:
    """What no expert can do with it is reported."""
    assert planned(text) == ["text-generation"]
    assert words in proposal(text).refusals[0]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("請幫我把memo.txt翻譯成英文", ["translation"]),
        ("寫一首關於颱風天的短詩，再唸出來", ["text-generation", "text-to-speech"]),
        ("這段錄音talk.wav轉成文字", ["automatic-speech-recognition"]),
    ],
)
def test_traditional_chinese_is_read_as_simplified(text: str, types: list[str]) -> None:
    """Labels stay as they are typed."""
    assert planned(text) == types
    labels = proposal("“等了一個小時才上菜”這是投訴、建議還是讚揚？").plan.tasks[0].parameters["candidate_labels"]
    assert labels == ("投訴", "建議", "讚揚")


@pytest.mark.parametrize("text", ["¿«llegó tarde» es positivo o negativo?", "「遅れた」は肯定的？否定的？"])
def test_one_text_is_judged_and_not_chosen_among_itself(text: str) -> None:
    """Of one, none is the most positive."""
    assert planned(text) == ["text-classification"]


def test_chat_spellings_are_read() -> None:
    """And what is read in their place is reported."""
    read = proposal("wat does memo.txt say bout dates n names")
    assert any("what" in repair for repair in read.repairs)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("súbele el brillo a lake.png", "brighten"),
        ("baja el brillo de lake.png", "darken"),
        ("augmente la luminosité de lake.png", "brighten"),
        ("baisse la luminosité de lake.png", "darken"),
        ("dreh die Helligkeit von lake.png runter", "darken"),
        ("diminui o brilho de lake.png", "darken"),
        ("把lake.png亮度调低", "darken"),
        ("lake.pngの明るさを下げて", "darken"),
    ],
)
def test_more_and_less_light_are_told_apart(text: str, operation: str) -> None:
    """A picture is never changed to the opposite of what was asked."""
    assert planned(text) == [operation]


@pytest.mark.parametrize(
    "text",
    [
        "manda este pdf a mi contable: form.pdf",
        "envoie ce pdf à mon comptable : form.pdf",
        "schick das PDF an meinen Steuerberater: form.pdf",
        "manda esse pdf pra minha contadora: form.pdf",
        "把form.pdf发到老板邮箱",
    ],
)
def test_a_document_that_is_to_be_sent_is_not_read(text: str) -> None:
    """No expert sends; reading it in that place would be silent."""
    assert planned(text) == []
    assert proposal(text).refusals


@pytest.mark.parametrize(
    "text",
    [
        "Zähle die Zeichen in memo.txt",
        "Combien de caractères a memo.txt ?",
        "¿Cuántas letras tiene memo.txt?",
        "Quantos caracteres tem memo.txt?",
        "memo.txt一共多少字？",
        "memo.txtの文字数を数えて",
    ],
)
def test_characters_are_counted_where_they_are_asked(text: str) -> None:
    """ "Zähle die Zeichen" counts characters, and no words."""
    [task] = proposal(text).plan.tasks
    assert (task.type, task.parameters) == ("count", {"look_for": "characters"})
