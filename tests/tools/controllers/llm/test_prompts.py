"""The prompt of a plan fits the model: its window, the types that the request needs, a draft to start from."""

import json
from typing import Any

import pytest

from hugginggpt.graph.errors import ControllerError
from hugginggpt.graph.result import Request
from hugginggpt.tools.chat_models.token_estimate import estimated_tokens
from hugginggpt.tools.controllers.llm.draft import suggested
from hugginggpt.tools.controllers.llm.plan_prompt import PlanPrompt
from hugginggpt.tools.controllers.llm.type_lines import PLANNED, names_line, type_line
from hugginggpt.tools.scripted import Received, Reply, as_json, chat, failing, in_turn
from llm_controller import BAD, GOOD, NOTES, RECEIPT, REQUEST, llm_controller, planned

LONG_REQUEST = "Detect the objects in a.png, caption it, say the caption in French, and make a video of the summary."


def prompt_of(text: str, **given: Any) -> PlanPrompt:
    request = Request(text=text, files=(RECEIPT, NOTES))
    files = {"receipt.png": RECEIPT, "notes.txt": NOTES}
    return PlanPrompt(request, files, [], suggested(request, files), **given)


def text_of(prompt: PlanPrompt) -> str:
    return "\n".join(str(content) for _, content in prompt.messages())


@pytest.mark.parametrize("text", ["Summarise notes.txt", LONG_REQUEST, "Hello!"])
def test_every_type_is_named_and_those_that_the_request_needs_are_described(text: str) -> None:
    shown = text_of(prompt_of(text))

    for name in PLANNED:
        family = f"X-{name.partition('-')[2]}"
        assert name in shown or (family in shown and name.partition("-")[0] in shown), name
    for task in suggested(Request(text=text, files=(RECEIPT, NOTES)), {}).types:
        assert type_line(task) in shown


def test_types_without_a_description_stand_in_one_line() -> None:
    assert "\n" not in names_line(("summarization",))
    assert "X-control and X-text-to-image (X: canny hed mlsd normal openpose scribble depth seg)" in names_line(())


def test_the_plan_by_rules_is_suggested_with_the_names_of_files_and_inputs_that_the_prompt_lists() -> None:
    (line,) = [line for line in text_of(prompt_of("Read examples/receipt.png")).splitlines() if "by rules" in line]
    (task,) = json.loads(line.partition("<data>")[2].removesuffix("</data>"))

    assert task == {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "receipt.png"}}


@pytest.mark.parametrize("window", [2_048, 3_000, 4_096, 8_192])
async def test_prompts_of_plan_and_answer_leave_room_for_the_reply_in_windows_from_2048_tokens(window: int) -> None:
    def answer(received: Received) -> Reply:
        sent = "".join(message["content"] for message in received.json["messages"])
        return chat(GOOD) if estimated_tokens(sent) <= window * 3 // 4 else failing(400, "exceeds the window")

    with llm_controller(answer, llm_window=window) as (controller, server):
        assert (await controller.plan(REQUEST)).plan.tasks
        assert (await controller.plan(REQUEST.model_copy(update={"text": LONG_REQUEST}))).plan.tasks
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("model", "switch"),
    [
        ("ollama:m", "use a model that reads 16384 tokens at once"),
        ("llamacpp:m", "start llama-server with -c 16384"),
        ("vllm:m", "--max-model-len 16384"),
        ("openai:m", "llama.cpp: -c 16384; Ollama: name it as ollama:MODEL; vLLM: --max-model-len 16384"),
    ],
)
def test_a_request_that_cannot_fit_names_the_server_s_own_switch(model: str, switch: str) -> None:
    with pytest.raises(ControllerError, match="reads 2,048 at once") as raised:
        prompt_of("Summarise this: " + "word " * 5_000, window=2_048, model=model).messages()
    assert switch in raised.value.hint
    assert "set HUGGINGGPT_LLM_WINDOW=16384" in raised.value.hint


def with_usage(text: str, tokens: int) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": tokens, "completion_tokens": 7, "total_tokens": tokens + 7}
    return as_json(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    )


async def test_a_server_that_cuts_a_prompt_silently_is_noticed_by_the_tokens_that_it_read() -> None:
    """Of 38,134 characters Ollama read 4,096 tokens; a count that is exactly a window shows a smaller cut too."""
    request = Request(text="Summarise this: " + "word " * 7_000)
    reply = with_usage(planned(("summarization", {"text": "x"})), 4_096)
    with llm_controller(in_turn(reply)) as (controller, _):
        with pytest.raises(ControllerError, match="read only 4,096 tokens of them") as raised:
            await controller.plan(request)
        assert "Ollama: name it as ollama:MODEL" in raised.value.hint
    some = Request(text="Summarise this: " + "word " * 3_200)
    with (
        llm_controller(in_turn(reply)) as (controller, _),
        pytest.raises(ControllerError, match="read only 4,096 tokens of them"),
    ):
        await controller.plan(some)
    with llm_controller(in_turn(with_usage(planned(("summarization", {"text": "x"})), 4_500))) as (controller, _):
        assert (await controller.plan(some)).plan.tasks
    with llm_controller(in_turn(with_usage(planned(("summarization", {"text": "x"})), 11_000))) as (controller, _):
        assert (await controller.plan(request)).plan.tasks


def items_of(received: Received) -> dict[str, Any]:
    schema = received.json["response_format"]["json_schema"]["schema"]
    items: dict[str, Any] = schema["properties"]["tasks"]["items"]
    return items


async def test_a_corrected_plan_and_a_small_window_get_a_schema_with_the_inputs_of_each_type() -> None:
    with llm_controller(in_turn(chat(BAD), chat(GOOD))) as (controller, server):
        await controller.plan(REQUEST)
    first, second = map(items_of, server.requests)
    with llm_controller(in_turn(chat(GOOD)), llm_window=4_096) as (controller, server):
        await controller.plan(REQUEST)
    (small,) = map(items_of, server.requests)

    assert "anyOf" not in first
    for typed in (second, small):
        args = {row["properties"]["task"].get("const"): row["properties"]["args"] for row in typed["anyOf"]}
        assert args["translation"]["properties"].keys() == {"text", "source_language", "target_language"}
        assert args["translation"]["additionalProperties"] is False
        assert args[None] == {"type": "object"}, "any other type stays possible"


async def test_a_server_that_refuses_the_schema_of_each_type_keeps_the_simple_one() -> None:
    def answer(received: Received) -> Reply:
        form = received.json.get("response_format", {}).get("type")
        if form == "json_schema" and "anyOf" in items_of(received):
            return failing(400, "anyOf is not supported")
        return chat(BAD if len(server.requests) == 1 else GOOD)

    with llm_controller(answer) as (controller, server):
        assert (await controller.plan(REQUEST)).plan.tasks
        await controller.plan(REQUEST)
    assert "json_schema" in json.dumps(server.requests[-1].json.get("response_format"))
