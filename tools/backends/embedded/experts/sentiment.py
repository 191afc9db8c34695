"""text-classification, for sentiment only: VADER's word list and rules, English."""

import functools
import json
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError, input_error
from .....graph.task import Task
from ....languages import english_name
from ....text_language import rank_languages
from ..goal_words import goal_text, has_word
from ..registry import expert
from ..tokenization import STOP_WORDS, sentences, words

SENTIMENT = (
    r"sentiment|positiv|negativ|mood|happ|unhapp|satisf|dissatisf|pleas(?:ed|ure)|feel|felt|tone|opinion|attitude"
    r"|polarity|angry|upset|like[ds]?\b|love|enjoy|good or bad|complain|prais|content\b|disappoint|stimmung|zufrieden"
    r"|sentimiento|contento|humeur"
)
OTHER = (
    r"topic|subject|categor|spam|genre|intent|toxic|hate|offens|languag|gender|author|formal|sarcas|iron|fake|theme"
    r"|emotion|kind of|type of|department|urgen|priorit"
)
PLAIN = set("classify label rate judge please text it this review comment sentence analyse analyze".split())


def accepts(task: Task) -> str | None:
    """Only goals that ask for a sentiment, or for no particular labels."""
    goal = goal_text(task)
    plain = set(words(goal)) - STOP_WORDS <= PLAIN
    if (has_word(goal, SENTIMENT) and not has_word(goal, OTHER)) or plain:
        return None
    return "it finds only whether an English text is positive or negative; other labels need a model"


@expert(
    "text-classification",
    name="vader",
    description="finds whether an English text is positive, negative or neutral, by a word list; no other labels",
    license="MIT",
    library="vaderSentiment",
    requires=("vaderSentiment", "py3langid"),
    accepts=accepts,
    partial=True,
)
def classify_sentiment(call: Call) -> Sequence[Artifact]:
    """`positive` and `negative`, or `neutral`; scores are VADER's compound value (mean of the sentences), scaled to 0..1."""
    text = call.text("text")
    if not words(text):
        raise input_error("there are no words to judge")
    if (language := foreign_language(text)) is not None:
        raise ExpertError(f"it judges English texts only, and this one is in {english_name(language)}")
    values = [_analyzer().polarity_scores(sentence)["compound"] for sentence in sentences(text)]
    decided = [value for value in values if abs(value) >= 0.05]
    compound = sum(decided) / len(decided) if decided else 0.0
    if abs(compound) < 0.05:
        rows = [("neutral", 1 - abs(compound))]
    else:
        rows = sorted((("positive", (1 + compound) / 2), ("negative", (1 - compound) / 2)), key=lambda row: -row[1])
    labels = [{"label": label, "score": round(score, 4)} for label, score in rows]
    return [Artifact(output="labels", kind="labels", media_type="application/json", text=json.dumps(labels))]


def foreign_language(text: str) -> str | None:
    """ISO code of the language when the text is certainly not English. Two words are too few to decide."""
    found = words(text)
    if len(found) < 3 or sum(word in STOP_WORDS for word in found) >= 0.2 * len(found):
        return None
    language, score = rank_languages(text)[0]
    return language if language != "en" and score > 0.35 else None  # py3langid is cautious: 0.37 is Spanish


@functools.cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
