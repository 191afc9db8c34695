"""video-classification: labels of a video, from evenly spaced frames."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.video_frames import iterate_frames
from ...answers import label_answer
from ..loading import Source
from ..registry import local
from ..torch_device import device


@local("video-classification")
def classify_video(call: Call, source: Source) -> Sequence[Artifact]:
    """The ten likeliest labels, from as many frames as the model was trained with; a short video repeats its last frame."""
    model, processor = source.model("AutoModelForVideoClassification", exact=True), source.part("AutoImageProcessor")
    count = int(getattr(model.config, "num_frames", 16))
    frames = list(iterate_frames(call.one("video"), count))
    frames += [frames[-1]] * (count - len(frames))
    read = processor(frames, return_tensors="pt").to(device())
    shares = model(**read).logits[0].float().softmax(-1)
    best = shares.topk(min(10, shares.shape[0]))
    rows = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return label_answer(call, [{"label": str(model.config.id2label[place]), "score": score} for score, place in rows])
