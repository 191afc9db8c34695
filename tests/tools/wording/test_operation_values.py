"""Promises on sizes, angles, regions and numbers of operations: the same words of measure in seven languages."""

from collections.abc import Mapping

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.wording.operation_values import read_value

SAID: list[tuple[str, str, str, Mapping[str, int | float | str]]] = [
    ("de", "resize", "mach logo.png 800 Pixel breit", {"width": 800}),
    ("de", "resize", "verkleinere auf die Hälfte", {"scale": 0.5}),
    ("de", "resize", "um 20 % verkleinern", {"scale": 0.8}),
    ("de", "resize", "vergrößere es auf 150 %", {"scale": 1.5}),
    ("de", "resize", "doppelt so groß", {"scale": 2.0}),
    ("de", "resize", "halb so groß", {"scale": 0.5}),
    ("de", "resize", "Breite auf 640 Pixel", {"width": 640}),
    ("de", "resize", "um ein Drittel kleiner", {"scale": 0.6667}),
    ("de", "resize", "auf ein Drittel verkleinern", {"scale": 0.3333}),
    ("de", "resize", "800 mal 600", {"width": 800, "height": 600}),
    ("de", "resize", "um den Faktor 3 vergrößern", {"scale": 3.0}),
    ("de", "resize", "dreimal so groß", {"scale": 3.0}),
    ("de", "resize", "dreihundert Pixel hoch", {"height": 300}),
    ("de", "rotate", "dreh es um 90 Grad nach rechts", {"angle": -90.0}),
    ("de", "rotate", "gegen den Uhrzeigersinn um 45 Grad", {"angle": 45.0}),
    ("de", "rotate", "stell es auf den Kopf", {"angle": 180.0}),
    ("de", "crop", "schneid die linke Hälfte aus", {"part": "left", "share": 0.5}),
    ("de", "crop", "das obere Drittel", {"part": "top", "share": 0.3333}),
    ("de", "crop", "die linken 200 Pixel", {"part": "left", "pixels": 200}),
    ("de", "crop", "schneide unten 50 Pixel ab", {"bottom": -50}),
    ("de", "crop", "entferne die linke Hälfte", {"part": "right", "share": 0.5}),
    ("de", "frames", "alle 5 Sekunden ein Bild", {"every_seconds": 5.0}),
    ("de", "frames", "das letzte Bild", {"which": "last"}),
    ("de", "frames", "ein Standbild bei 0:30", {"at_seconds": 30.0}),
    ("de", "frames", "drei Standbilder", {"frames": 3}),
    ("de", "frames", "ein Dutzend Bilder", {"frames": 12}),
    ("en", "frames", "a dozen stills", {"frames": 12}),
    ("de", "brighten", "um 30 % heller", {"percent": 30}),
    ("de", "brighten", "doppelt so hell", {"percent": 100}),
    ("de", "crop", "auf 300x200 zuschneiden", {"part": "middle", "width": 300, "height": 200}),
    ("de", "crop", "ein Quadrat", {"part": "square"}),
    ("de", "flip", "senkrecht spiegeln", {"direction": "vertical"}),
    ("fr", "resize", "800 pixels de large", {"width": 800}),
    ("fr", "resize", "réduis-la de moitié", {"scale": 0.5}),
    ("fr", "resize", "réduis à 50 %", {"scale": 0.5}),
    ("fr", "resize", "réduis de 20 %", {"scale": 0.8}),
    ("fr", "resize", "deux fois plus grand", {"scale": 2.0}),
    ("fr", "resize", "trois fois plus petit", {"scale": 0.3333}),
    ("fr", "resize", "une largeur de 640 pixels", {"width": 640}),
    ("fr", "resize", "hauteur 600", {"height": 600}),
    ("fr", "resize", "d'un facteur 2", {"scale": 2.0}),
    ("fr", "resize", "agrandis de moitié", {"scale": 1.5}),
    ("fr", "rotate", "90 degrés vers la droite", {"angle": -90.0}),
    ("fr", "rotate", "d'un quart de tour à gauche", {"angle": 90.0}),
    ("fr", "rotate", "un demi-tour", {"angle": 180.0}),
    ("fr", "crop", "la moitié gauche", {"part": "left", "share": 0.5}),
    ("fr", "crop", "le tiers supérieur", {"part": "top", "share": 0.3333}),
    ("fr", "crop", "enlève 50 pixels en bas", {"bottom": -50}),
    ("fr", "crop", "les 200 pixels de gauche", {"part": "left", "pixels": 200}),
    ("fr", "frames", "une image toutes les 5 secondes", {"every_seconds": 5.0}),
    ("fr", "frames", "la dernière image", {"which": "last"}),
    ("fr", "frames", "une image à 0:30", {"at_seconds": 30.0}),
    ("fr", "brighten", "de 30 % plus clair", {"percent": 30}),
    ("es", "resize", "800 píxeles de ancho", {"width": 800}),
    ("es", "resize", "redúcela a la mitad", {"scale": 0.5}),
    ("es", "resize", "redúcela al 50 %", {"scale": 0.5}),
    ("es", "resize", "reduce un 20 %", {"scale": 0.8}),
    ("es", "resize", "el doble de grande", {"scale": 2.0}),
    ("es", "resize", "la mitad de grande", {"scale": 0.5}),
    ("es", "resize", "dos veces más pequeño", {"scale": 0.5}),
    ("es", "resize", "un ancho de 640 píxeles", {"width": 640}),
    ("es", "resize", "tres veces más grande", {"scale": 3.0}),
    ("es", "rotate", "90 grados a la derecha", {"angle": -90.0}),
    ("es", "rotate", "media vuelta", {"angle": 180.0}),
    ("es", "crop", "la mitad izquierda", {"part": "left", "share": 0.5}),
    ("es", "crop", "el tercio superior", {"part": "top", "share": 0.3333}),
    ("es", "crop", "quita 50 píxeles de abajo", {"bottom": -50}),
    ("es", "frames", "un fotograma cada 5 segundos", {"every_seconds": 5.0}),
    ("es", "frames", "el último fotograma", {"which": "last"}),
    ("pt", "resize", "800 pixels de largura", {"width": 800}),
    ("pt", "resize", "reduza pela metade", {"scale": 0.5}),
    ("pt", "resize", "reduza para 50%", {"scale": 0.5}),
    ("pt", "resize", "reduza em 20%", {"scale": 0.8}),
    ("pt", "resize", "duas vezes maior", {"scale": 2.0}),
    ("pt", "resize", "o dobro do tamanho", {"scale": 2.0}),
    ("pt", "rotate", "90 graus para a direita", {"angle": -90.0}),
    ("pt", "crop", "a metade esquerda", {"part": "left", "share": 0.5}),
    ("pt", "crop", "o terço superior", {"part": "top", "share": 0.3333}),
    ("pt", "frames", "um quadro a cada 5 segundos", {"every_seconds": 5.0}),
    ("pt", "frames", "o último quadro", {"which": "last"}),
    ("zh", "resize", "改成800像素宽", {"width": 800}),
    ("zh", "resize", "缩小一半", {"scale": 0.5}),
    ("zh", "resize", "缩小到一半", {"scale": 0.5}),
    ("zh", "resize", "缩小20%", {"scale": 0.8}),
    ("zh", "resize", "缩小到20%", {"scale": 0.2}),
    ("zh", "resize", "放大到两倍", {"scale": 2.0}),
    ("zh", "resize", "放大3倍", {"scale": 3.0}),
    ("zh", "resize", "缩小到三分之一", {"scale": 0.3333}),
    ("zh", "resize", "宽度改成640像素", {"width": 640}),
    ("zh", "resize", "800x600", {"width": 800, "height": 600}),
    ("zh", "resize", "放大百分之五十", {"scale": 1.5}),
    ("zh", "rotate", "向右旋转90度", {"angle": -90.0}),
    ("zh", "rotate", "逆时针转四十五度", {"angle": 45.0}),
    ("zh", "rotate", "倒过来", {"angle": 180.0}),
    ("zh", "crop", "左半部分", {"part": "left", "share": 0.5}),
    ("zh", "crop", "上面三分之一", {"part": "top", "share": 0.3333}),
    ("zh", "crop", "左边一半", {"part": "left", "share": 0.5}),
    ("zh", "crop", "左边200像素", {"part": "left", "pixels": 200}),
    ("zh", "crop", "去掉底部50像素", {"bottom": -50}),
    ("zh", "frames", "每5秒一张", {"every_seconds": 5.0}),
    ("zh", "frames", "最后一帧", {"which": "last"}),
    ("zh", "frames", "三张截图", {"frames": 3}),
    ("zh", "brighten", "调亮30%", {"percent": 30}),
    ("ja", "resize", "幅800ピクセルに", {"width": 800}),
    ("ja", "resize", "幅を800ピクセルに", {"width": 800}),
    ("ja", "resize", "半分の大きさに縮小", {"scale": 0.5}),
    ("ja", "resize", "50%に縮小", {"scale": 0.5}),
    ("ja", "resize", "20%縮小", {"scale": 0.8}),
    ("ja", "resize", "2倍の大きさ", {"scale": 2.0}),
    ("ja", "resize", "3倍に拡大", {"scale": 3.0}),
    ("ja", "resize", "三分の一に縮小", {"scale": 0.3333}),
    ("ja", "rotate", "右に90度回転", {"angle": -90.0}),
    ("ja", "rotate", "反時計回りに45度", {"angle": 45.0}),
    ("ja", "crop", "左半分", {"part": "left", "share": 0.5}),
    ("ja", "crop", "上三分の一", {"part": "top", "share": 0.3333}),
    ("ja", "crop", "左側の200ピクセル", {"part": "left", "pixels": 200}),
    ("ja", "crop", "下の50ピクセルを削除", {"bottom": -50}),
    ("ja", "frames", "5秒ごとに1枚", {"every_seconds": 5.0}),
    ("ja", "frames", "最後のフレーム", {"which": "last"}),
    ("ja", "frames", "3枚の静止画", {"frames": 3}),
    ("ja", "brighten", "30%明るく", {"percent": 30}),
    ("en", "crop", "remove everything but the left half", {"part": "left", "share": 0.5}),
    ("en", "crop", "cut off the left 50 pixels", {"left": 50}),
    ("en", "crop", "remove the left half", {"part": "right", "share": 0.5}),
    ("en", "resize", "shrink it by a third", {"scale": 0.6667}),
    ("en", "resize", "twice as small", {"scale": 0.5}),
    ("en", "rotate", "rotate it around by 45 degrees", {"angle": 45.0}),
    ("en", "brighten", "twice as bright", {"percent": 100}),
    ("en", "crop", "cut the top third off", {"part": "bottom", "share": 0.6667}),
]


@pytest.mark.parametrize(("code", "operation", "words", "value"), SAID)
def test_an_operation_has_the_value_that_its_words_name(
    code: str, operation: str, words: str, value: Mapping[str, int | float | str]
) -> None:
    """By how much and to how much, a part that is kept and one that is removed, are not the same."""
    assert read_value(operation, words, code).parameters == value


@pytest.mark.parametrize(
    "text", ["schneide photo.png schräg zu", "recadre photo.png en diagonale", "recorte photo.png na diagonal"]
)
def test_a_part_that_is_not_understood_is_refused(text: str) -> None:
    """Nothing is cut at a place that no one named."""
    photo = Resource(kind="image", media_type="image/png", name="photo.png")
    proposal = propose(Request(text=text, files=(photo,)))
    assert proposal.refusals
    assert not proposal.plan.tasks
