"""`doctor --live` calls what is set up, reports the cost, and goes on after an error."""

from pathlib import Path

from hugginggpt.apps.cli.live_checks import live_checks
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.scripted import ScriptedHub, as_json, chat, redirect_hub_to, serve
from hugginggpt.tools.scripted.task_answers import right_answer


async def test_models_that_see_and_the_user_s_servers_are_called_and_their_tokens_reported(home: Path) -> None:
    with serve(lambda received: chat("A red square.").to(received)) as server:
        spec = f"openai:m@{server.url}/v1"
        add_endpoint(
            home.with_name("config"),
            Endpoint(name="mine", url=f"{server.url}/v1", task_type="summarization", api="openai", model="m"),
        )
        async with open_world(Settings(home=home, vlm=spec, llm_price="1/1,openai:m=1/1", retries=0)) as world:
            checks = [check async for check in live_checks(world)]
    assert [check.ok for check in checks] == [True, True]
    assert all("tokens, $0.0000" in check.outcome for check in checks)


async def test_a_failing_check_does_not_hide_the_others_and_a_video_input_gets_a_video(home: Path) -> None:
    with serve(lambda _: as_json([1])) as server:
        for task_type in ("video-classification", "text-classification"):
            add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type=task_type))
        async with open_world(Settings(home=home)) as world:
            checks = [check async for check in live_checks(world)]
            from hugginggpt.apps.cli.samples import sample
            from hugginggpt.graph.vocabulary import VIDEO

            video = (await sample(world, VIDEO, "video-classification")).resource
    assert [check.ok for check in checks] == [False, False]
    assert (video.kind, video.media_type) == ("video", "video/mp4")


async def test_an_artifact_that_is_a_file_is_shown_with_its_size(home: Path) -> None:
    with serve(lambda received: right_answer("text-to-image", received)) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="text-to-image"))
        async with open_world(Settings(home=home)) as world:
            (check,) = [check async for check in live_checks(world)]
    assert check.ok, check
    assert "image of" in check.outcome


async def test_each_provider_is_called_once(home: Path) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        async with open_world(Settings(home=home, hf_token="hf_mine", retries=0)) as world:
            checks = [check async for check in live_checks(world)]
    called = [check.what.partition(",")[0] for check in checks[1:]]
    assert called
    assert len(called) == len(set(called))
