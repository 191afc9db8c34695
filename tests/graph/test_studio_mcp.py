"""LangGraph Server's MCP route, through the client of the `mcp` package: the graph as a tool of any MCP host."""

from collections.abc import Iterator
from typing import Any

import pytest
from mcp import Client
from mcp.types import TextContent

from hugginggpt.graph.options import Options
from studio_server import served

pytestmark = pytest.mark.studio


@pytest.fixture(scope="module")
def route(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("mcp")) as (client, _):
        yield str(client.http.client.base_url.join("/mcp"))


async def called(route: str, **arguments: Any) -> tuple[str, bool]:
    """The words of the tool's result, and whether it is an error."""
    async with Client(route) as client:
        result = await client.call_tool("hugginggpt", arguments)
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text, result.is_error


async def test_the_tool_is_described_with_every_option(route: str) -> None:
    async with Client(route) as client:
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "hugginggpt"]
    assert "pick an expert model for each" in (tool.description or "")
    assert set(tool.input_schema["$defs"]["Options"]["properties"]) == set(Options.model_fields)


async def test_a_call_is_answered_with_the_expert_that_is_cited(route: str) -> None:
    said, failed = await called(route, request="What language is 'bonjour tout le monde'?")
    assert not failed
    assert "Language [0]: French (0.95)" in said


async def test_what_was_not_done_is_in_the_result(route: str) -> None:
    said, _ = await called(route, request="What language is nowhere.txt in?")
    assert "Not done" in said
    assert "nowhere.txt is not there" in said


async def test_a_run_that_waits_for_approval_says_so(route: str) -> None:
    said, _ = await called(route, request="Say 'hello' aloud", options={"approve": "always"})
    assert "run this plan?" in said


async def test_a_wrong_option_is_an_error(route: str) -> None:
    _, failed = await called(route, request="Say 'hello' aloud", options={"approve": "perhaps"})
    assert failed
