"""`VOCABULARY`: a row for each task type, with typed inputs, outputs and parameters.

Sources: the paper's Table 13; the planner prompt and model server of microsoft/JARVIS (its ControlNet pairs too); the
Hub's pipeline tags for text, vision, audio, video, tabular and multimodal models (huggingface.co/tasks). The last block
is ours: tasks that arithmetic does exactly, without a model. Names are the Hub's pipeline tag where one
exists; input names are those of `huggingface_hub.InferenceClient`. Not covered: reinforcement learning, robotics, graph
learning.
"""

from .resource import Kind
from .task_type import Domain, Input, Output, Parameter, TaskType

# -- how the rows below are written ---------------------------------------------------------------------------------

TEXT = Input(name="text", kinds=("text",))
IMAGE = Input(name="image", kinds=("image",))
AUDIO = Input(name="audio", kinds=("audio",))
VIDEO = Input(name="video", kinds=("video",))
PROMPT = Input(name="prompt", kinds=("text",), alias="text")
QUESTION = Input(name="question", kinds=("text",), alias="text")
TABLE = Input(name="table", kinds=("table", "image"), alias="image")

OUT_TEXT = Output(name="text", kind="text")
OUT_IMAGE = Output(name="image", kind="image")
OUT_AUDIO = Output(name="audio", kind="audio")
OUT_VIDEO = Output(name="video", kind="video")
OUT_LABELS = Output(name="labels", kind="labels")
OUT_BOXES = Output(name="boxes", kind="boxes")
OUT_MASK = Output(name="mask", kind="mask")
OUT_EMBEDDING = Output(name="embedding", kind="embedding")
OUT_MESH = Output(name="mesh", kind="mesh")

OUT_IMAGES = Output(name="images", kind="image", many=True)

DOCUMENT = Input(name="document", kinds=("document",), alias="document")
FIRST = Parameter(name="first_page", type="integer", description="from 1; -1 is the last")
LAST = Parameter(name="last_page", type="integer", description="as first_page")
EXCEPT = Parameter(name="except", type="boolean", description="all pages but these")
WHERE = Parameter(
    name="where",
    type="strings",
    description="conditions on rows or lines, each `column operator value`; "
    "operators = != > >= < <= contains; column * is any",
)
LABELS = Parameter(name="candidate_labels", type="strings", description="the labels to choose from")
LOOK_FOR = Parameter(name="look_for", description="what to look for, in English: text, codes, faces, dates, noise")
LANGUAGE = Parameter(name="language", description="language of the speech or text, by English name or ISO 639-1 code")
SIZE = (
    Parameter(name="width", type="integer", description="pixels"),
    Parameter(name="height", type="integer", description="pixels"),
)
STRENGTH = Parameter(name="strength", description="slight or strong; as usual without it")
IMAGE_FORMAT = Parameter(name="format", description="file format of the result: png, jpeg, webp, gif, bmp or tiff")
SOUND_FORMAT = Parameter(name="format", description="file format of the result: wav, mp3, flac, ogg or m4a")
TIMES = (
    Parameter(name="start_seconds", type="number", description="negative: so many before the end"),
    Parameter(name="end_seconds", type="number", description="as start_seconds"),
)


def _optional(port: Input) -> Input:
    return port.model_copy(update={"required": False})


def _many(name: str, *kinds: Kind, alias: str = "") -> Input:
    return Input(name=name, kinds=kinds, many=True, alias=alias)


def _every(name: str, *kinds: Kind, alias: str = "") -> Input:
    return Input(name=name, kinds=kinds, many=True, alias=alias, complete=True)


def _row(
    name: str,
    domain: Domain,
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
    description: str,
    *parameters: Parameter,
) -> TaskType:
    return TaskType(
        name=name, domain=domain, inputs=inputs, outputs=outputs, parameters=parameters, description=description
    )


_CONTROLS = {
    "canny": "edges (Canny)",
    "hed": "soft edges (HED)",
    "mlsd": "straight lines (M-LSD)",
    "normal": "surface normals",
    "openpose": "human poses (OpenPose)",
    "scribble": "a scribble",
    "depth": "a depth map",
    "seg": "a segmentation map",
}
"""ControlNet conditions. JARVIS makes the last two by depth-estimation and image-segmentation; we offer both ways."""

# fmt: off
_ROWS: tuple[TaskType, ...] = (
    # text
    _row("text-classification", "text", (TEXT,), (OUT_LABELS,), "label a text, e.g. its sentiment", LOOK_FOR),
    _row("language-identification", "text", (TEXT,), (OUT_LABELS,), "tell which language a text is in"),
    _row("token-classification", "text", (TEXT,), (OUT_LABELS,),
         "find names, dates, amounts, parts of speech", LOOK_FOR),
    _row("text2text-generation", "text", (TEXT,), (OUT_TEXT,), "rewrite a text as instructed"),
    _row("summarization", "text", (TEXT,), (OUT_TEXT,), "shorten a text to what matters",
         Parameter(name="max_sentences", type="integer", description="at most so many sentences"),
         Parameter(name="max_words", type="integer", description="at most so many words"),
         Parameter(name="format", description="`paragraph` or `bullets`")),
    _row("translation", "text", (TEXT,), (OUT_TEXT,), "translate a text",
         Parameter(name="source_language", description="English name or ISO 639-1 code"),
         Parameter(name="target_language", description="English name or ISO 639-1 code")),
    _row("question-answering", "text", (QUESTION, Input(name="context", kinds=("text",), required=False)),
         (OUT_TEXT,), "answer a question, from a text when one is given"),
    _row("text-generation", "text", (PROMPT,), (OUT_TEXT,), "write or continue a text"),
    _row("conversational", "text", (TEXT,), (OUT_TEXT,), "reply as in a conversation"),
    _row("fill-mask", "text", (TEXT,), (OUT_LABELS,), "fill the blank in a sentence"),
    _row("sentence-similarity", "text",
         (Input(name="source_sentence", kinds=("text",), alias="text1"), _every("sentences", "text", alias="text2")),
         (Output(name="scores", kind="labels"),), "tell how similar texts are"),
    _row("text-ranking", "text", (Input(name="query", kinds=("text",), alias="text"), _every("texts", "text")),
         (Output(name="scores", kind="labels"),), "order texts by how well they fit a query"),
    _row("zero-shot-classification", "text", (TEXT,), (OUT_LABELS,), "label a text with labels of your own", LABELS),
    _row("feature-extraction", "text", (TEXT,), (OUT_EMBEDDING,), "embed a text as a vector"),
    _row("table-question-answering", "text", (TABLE, QUESTION), (OUT_TEXT,), "answer a question about a table"),
    # vision
    _row("image-classification", "vision", (IMAGE,), (OUT_LABELS,), "label an image"),
    _row("zero-shot-image-classification", "vision", (IMAGE,), (OUT_LABELS,),
         "label an image with labels of your own", LABELS),
    _row("image-feature-extraction", "vision", (IMAGE,), (OUT_EMBEDDING,), "embed an image as a vector"),
    _row("object-detection", "vision", (IMAGE,), (OUT_BOXES, OUT_IMAGE), "find objects and where they are", LOOK_FOR),
    _row("zero-shot-object-detection", "vision", (IMAGE,), (OUT_BOXES, OUT_IMAGE), "find the objects you name", LABELS),
    _row("image-segmentation", "vision", (IMAGE,), (OUT_MASK, OUT_LABELS, OUT_IMAGE),
         "outline the regions of an image"),
    _row("mask-generation", "vision", (IMAGE,), (OUT_MASK,), "outline everything, without names"),
    _row("keypoint-detection", "vision", (IMAGE,), (OUT_LABELS, OUT_IMAGE), "find landmarks, e.g. joints"),
    _row("keypoint-matching", "vision", (_every("images", "image", alias="image"),), (OUT_LABELS,),
         "match points of two images"),
    _row("depth-estimation", "vision", (IMAGE,), (OUT_IMAGE,), "estimate how far everything is"),
    _row("image-to-text", "vision", (IMAGE,), (OUT_TEXT,), "describe an image, or read the text in it",
         LOOK_FOR),
    _row("image-to-image", "vision", (IMAGE, Input(name="prompt", kinds=("text",), required=False, alias="text")),
         (OUT_IMAGE,), "change an image: restore, denoise, enlarge, colour, restyle",
         Parameter(name="operation", description="what to do, e.g. denoise, grayscale, resize, rotate, brighten"),
         Parameter(name="angle", type="number", description="degrees, counter-clockwise"),
         Parameter(name="scale", type="number", description="factor for width and height"), *SIZE,
         Parameter(name="percent", type="integer", description="how much brighter, darker or richer in contrast"),
         STRENGTH, Parameter(name="direction", description="horizontal or vertical, of a mirror image"),
         IMAGE_FORMAT),
    _row("image-text-to-image", "vision", (IMAGE, PROMPT, Input(name="mask", kinds=("mask", "image"), required=False)),
         (OUT_IMAGE,), "edit an image as the words describe, only where a mask is white if one is given"),
    _row("text-to-image", "vision", (PROMPT,), (OUT_IMAGE,), "make an image from a description",
         Parameter(name="negative_prompt", description="what to keep out"), *SIZE,
         Parameter(name="seed", type="integer")),
    _row("unconditional-image-generation", "vision", (), (OUT_IMAGE,), "make an image of a learnt kind"),
    _row("image-to-3d", "vision", (IMAGE,), (OUT_MESH,), "make a 3D model from an image"),
    _row("text-to-3d", "vision", (PROMPT,), (OUT_MESH,), "make a 3D model from a description"),
    # audio
    _row("automatic-speech-recognition", "audio", (AUDIO,), (OUT_TEXT,), "write down what is said", LANGUAGE),
    _row("text-to-speech", "audio", (TEXT,), (OUT_AUDIO,), "say a text aloud", LANGUAGE, Parameter(name="voice"),
         Parameter(name="rate", type="integer", description="words a minute")),
    _row("text-to-audio", "audio", (PROMPT,), (OUT_AUDIO,), "make music or sounds from a description"),
    _row("audio-to-audio", "audio", (AUDIO,), (OUT_AUDIO,), "clean, separate or change sound",
         Parameter(name="operation", description="denoise, louder, quieter or format"),
         Parameter(name="percent", type="integer", description="how much louder or quieter"),
         Parameter(name="decibels", type="number", description="as percent"), STRENGTH, SOUND_FORMAT,
         LOOK_FOR),
    _row("audio-classification", "audio", (AUDIO,), (OUT_LABELS,), "tell what kind of sound, emotion or speaker it is"),
    _row("zero-shot-audio-classification", "audio", (AUDIO,), (OUT_LABELS,), "label sound with labels of your own",
         LABELS),
    _row("voice-activity-detection", "audio", (AUDIO,), (OUT_LABELS,), "tell when somebody speaks"),
    # video
    _row("text-to-video", "video", (PROMPT,), (OUT_VIDEO,), "make a video from a description", *SIZE,
         Parameter(name="seconds", type="number")),
    _row("image-to-video", "video",
         (_many("images", "image", alias="image"), Input(name="audio", kinds=("audio",), required=False),
          Input(name="prompt", kinds=("text",), required=False, alias="text")),
         (OUT_VIDEO,), "set images in motion; several as a slideshow, narrated if audio is given"),
    _row("video-classification", "video", (VIDEO,), (OUT_LABELS,), "tell what happens in a video"),
    _row("video-to-video", "video", (VIDEO, _optional(PROMPT)), (OUT_VIDEO,), "change a video"),
    # tabular
    _row("tabular-classification", "tabular", (TABLE,), (OUT_LABELS,), "classify the rows of a table"),
    _row("tabular-regression", "tabular", (TABLE,), (OUT_LABELS,), "predict a number for the rows of a table"),
    _row("time-series-forecasting", "tabular", (TABLE,), (Output(name="table", kind="table"),), "continue a series"),
    # multimodal
    _row("visual-question-answering", "multimodal", (IMAGE, QUESTION), (OUT_TEXT,), "answer a question about an image"),
    _row("document-question-answering", "multimodal", (Input(name="image", kinds=("image", "document")), QUESTION),
         (OUT_TEXT,), "answer a question about a document or a photo of one", FIRST, LAST, EXCEPT),
    _row("image-text-to-text", "multimodal", (IMAGE, PROMPT), (OUT_TEXT,), "reply to an instruction about an image"),
    _row("image-text-to-video", "multimodal", (IMAGE, PROMPT), (OUT_VIDEO,), "set an image in motion as the words describe"),
    _row("audio-text-to-text", "multimodal", (AUDIO, PROMPT), (OUT_TEXT,), "reply to an instruction about a sound"),
    _row("video-text-to-text", "multimodal", (VIDEO, PROMPT), (OUT_TEXT,), "reply to an instruction about a video"),
    _row("visual-document-retrieval", "multimodal",
         (Input(name="query", kinds=("text",), alias="text"), _every("images", "image", "document", alias="image")),
         (Output(name="scores", kind="labels"),), "find the pages that answer a query"),
    _row("any-to-any", "multimodal",
         (_optional(PROMPT), *(Input(name=name, kinds=(name,),
          required=False) for name in ("image", "audio", "video"))),
         (OUT_TEXT, OUT_IMAGE, OUT_AUDIO), "reply to any mixture of media"),
    # control: the condition image, and an image made under it
    *(
        _row(f"{control}-control", "control", (IMAGE,), (OUT_IMAGE,), f"draw {what} of an image as a condition")
        for control, what in _CONTROLS.items()
    ),
    *(
        _row(f"{control}-text-to-image", "control", (PROMPT, IMAGE), (OUT_IMAGE,), f"make an image that follows {what}")
        for control, what in _CONTROLS.items()
    ),
    # deterministic
    _row("count", "deterministic", (_many("items", "boxes", "labels", "table", "text", "document", alias="text"),),
         (OUT_TEXT,), "count boxes, labels, rows, lines, or pages",
         Parameter(name="label", description="count only these"), WHERE, LOOK_FOR),
    _row("filter", "deterministic", (_many("items", "boxes", "labels", "table", "text", alias="text"),), (OUT_TEXT,),
         "keep what fits", Parameter(name="label", description="keep only these"),
         WHERE, Parameter(name="contains", description="keep what contains this"),
         Parameter(name="min_score", type="number", description="keep what is at least so certain, 0 to 1")),
    _row("compare", "deterministic", (_every("items", "text", "boxes", "labels", "table", alias="text"),), (OUT_TEXT,),
         "tell where results agree or differ"),
    _row("crop", "deterministic", (IMAGE, Input(name="boxes", kinds=("boxes",), required=False)),
         (Output(name="image", kind="image", many=True),), "cut out a part, or every box",
         *(Parameter(name=name, type="integer", description="pixels; negative: from the far edge")
           for name in ("left", "top", "right", "bottom")),
         Parameter(name="part", description="left, right, top, bottom, middle or square"),
         Parameter(name="pixels", type="integer", description="how much of that side"),
         Parameter(name="width", type="integer", description="of the middle, in pixels"),
         Parameter(name="height", type="integer", description="of the middle, in pixels"),
         Parameter(name="share", type="number", description="how much of that side, 0 to 1"), IMAGE_FORMAT, LOOK_FOR),
    _row("add-up", "deterministic", (_every("items", "text", "labels", alias="text"),), (OUT_TEXT,),
         "add the amounts of several texts", Parameter(name="average", type="boolean", description="their mean instead")),
    _row("join-text", "deterministic", (_many("texts", "text", alias="text"),), (OUT_TEXT,),
         "put texts one after another", Parameter(name="separator")),
    _row("text-part", "deterministic", (TEXT,), (OUT_TEXT,), "take a part of a text by its number",
         Parameter(name="unit", description="paragraph, sentence, line, word, slide or chapter"),
         Parameter(name="first", type="integer", description="from 1; -1 is the last"),
         Parameter(name="last", type="integer", description="as first"),
         Parameter(name="except", type="boolean", description="leave that part out instead")),
    _row("pick-best", "deterministic", (_many("items", "boxes", "labels", "table", "text", alias="text"),), (OUT_TEXT,),
         "tell which of several has most, or the highest number",
         Parameter(name="label", description="count or look at only these"),
         WHERE, Parameter(name="lowest", type="boolean", description="the least instead"),
         Parameter(name="by", description="`length`: compare texts by their words"),
         Parameter(name="names", type="strings", description="what the items are called")),
    _row("sort", "deterministic", (_many("items", "labels", "table", "text", alias="text"),), (OUT_TEXT,),
         "sort rows or lines", Parameter(name="by", description="the column, or `length` of lines"),
         Parameter(name="descending", type="boolean", description="the highest or last first")),
    _row("document-to-images", "deterministic", (DOCUMENT,), (OUT_IMAGES,), "the pages of a PDF as images",
         FIRST, LAST, EXCEPT),
    _row("document-to-text", "deterministic", (DOCUMENT,),
         (OUT_TEXT, Output(name="pages", kind="text", many=True)), "the text of a PDF", FIRST, LAST, EXCEPT,
         Parameter(name="each_page", type="boolean", description="the text of each page too, as a list")),
    _row("video-to-images", "deterministic", (VIDEO,), (OUT_IMAGES,), "frames of a video, evenly spread",
         Parameter(name="frames", type="integer", description="how many, at most 64"),
         Parameter(name="every_seconds", type="number", description="one for each so many seconds"),
         Parameter(name="at_seconds", type="number", description="the one at that time"),
         Parameter(name="which", description="first or last, for that one alone"), IMAGE_FORMAT),
    _row("video-to-audio", "deterministic", (VIDEO,), (OUT_AUDIO,), "the sound track of a video", SOUND_FORMAT,
         Parameter(name="track", description="its language, or its number: 1 is the first, -1 the last")),
    _row("video-to-text", "deterministic", (VIDEO,), (OUT_TEXT,), "the subtitles that a film holds",
         Parameter(name="track", description="its language, or its number: 1 is the first, -1 the last"),
         Parameter(name="format", description="srt: with the times"), *TIMES),
    _row("trim-audio", "deterministic", (AUDIO,), (OUT_AUDIO,), "cut a part out of sound, by time", *TIMES, SOUND_FORMAT),
    _row("trim-video", "deterministic", (VIDEO,), (OUT_VIDEO,), "cut a part out of a video, by time", *TIMES),
    _row("mute", "deterministic", (VIDEO,), (OUT_VIDEO,), "a video without its sound"),
    _row("mux", "deterministic", (VIDEO, AUDIO), (OUT_VIDEO,), "put a sound track under a video"),
)
# fmt: on

VOCABULARY: dict[str, TaskType] = {row.name: row for row in _ROWS}
"""Every task type, by name."""
