"""A chat model on this machine takes the slot of its accelerator, as local experts do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import controller_for, slots_for
from hugginggpt.tools.backends.local.hardware import Device
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.local import accelerator_slots
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.controllers.llm import LlmController
from hugginggpt.tools.slots import SlotBoard

CARD = "gpu:0"
SETTINGS = Settings(home=Path("unused"), retries=0)
MESSAGES: Any = [("user", "hi")]


class WatchedSlots(SlotBoard):
    """Slots that report when they are requested."""

    def __init__(self) -> None:
        super().__init__({})
        self.requested = asyncio.Event()

    @asynccontextmanager
    async def hold(self, names: Any) -> AsyncIterator[None]:
        self.requested.set()
        async with super().hold(names):
            yield


@dataclass(frozen=True)
class ModelOnCard(ChatModel):
    """A model on the first card, without weights; it records whether its slot is held while it is in use."""

    board: SlotBoard = field(kw_only=True)
    held: list[bool] = field(default_factory=list)

    @property
    def slots(self) -> tuple[str, ...]:
        """As of a model on a machine with a card."""
        return (CARD,)

    @asynccontextmanager
    async def connected(self, seconds: float, on_sent: Callable[[], None] = lambda: None) -> AsyncIterator[Any]:
        """Itself."""
        self.use()
        yield self

    def use(self) -> None:
        """Note whether the slot is held."""
        self.held.append(self.board.full((CARD,)) == (CARD,))

    async def ainvoke(self, messages: Any, **options: Any) -> AIMessage:
        """A whole answer."""
        self.use()
        return AIMessage("hello")

    async def astream(self, messages: Any, **options: Any) -> AsyncIterator[AIMessageChunk]:
        """An answer in pieces."""
        for piece in ("hel", "lo"):
            self.use()
            yield AIMessageChunk(content=piece, response_metadata={"finish_reason": "stop"} if piece == "lo" else {})


def on_card(board: SlotBoard) -> tuple[ModelOnCard, ChatClient]:
    model = ModelOnCard("huggingface-local:m", "huggingface-local", "m", board=board)
    return model, ChatClient(model, SETTINGS, board)


async def test_a_call_waits_until_the_expert_on_its_card_has_finished() -> None:
    board = WatchedSlots()
    model, client = on_card(board)
    async with SlotBoard.hold(board, (CARD,)):
        call = asyncio.ensure_future(client.complete("plan", MESSAGES, NoCallbacks()))
        await board.requested.wait()
        await asyncio.sleep(0)
        assert (call.done(), model.held) == (False, [])
    assert (await call).text == "hello"


async def test_the_card_is_held_while_the_model_loads_and_answers_and_free_afterwards() -> None:
    board = SlotBoard({})
    model, client = on_card(board)
    await client.complete("plan", MESSAGES, NoCallbacks())
    assert [piece async for piece in client.stream("answer", MESSAGES, NoCallbacks())] == ["hel", "lo"]
    await client.window()

    assert model.held == [True] * 7
    assert board.full((CARD,)) == ()


async def test_a_client_without_slots_leaves_them_to_its_caller() -> None:
    board = SlotBoard({})
    model, _ = on_card(board)
    async with board.hold((CARD,)):  # as `execute` does for an expert that is a chat model
        answer = await asyncio.wait_for(ChatClient(model, SETTINGS).complete("expert", MESSAGES, NoCallbacks()), 9)
    assert answer.text == "hello"


def test_the_controller_of_a_world_waits_for_the_slots_of_its_experts() -> None:
    board = slots_for(SETTINGS)
    controller = controller_for(SETTINGS.model_copy(update={"llm": "ollama:m"}), slots=board)
    assert isinstance(controller, LlmController)
    assert controller._client._slots is board


@pytest.mark.parametrize(("names", "slots"), [(["cpu"], ()), (["gpu:0", "gpu:1"], ("gpu:0",))])
def test_the_slot_is_that_of_the_first_card_and_none_without_cards(names: list[str], slots: tuple[str, ...]) -> None:
    assert accelerator_slots([Device(name, 1, "") for name in names]) == slots


def test_a_model_on_a_server_takes_no_slot() -> None:
    assert ChatModel.of("ollama:m", SETTINGS).slots == ()
