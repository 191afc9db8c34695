"""`doctor --live` calls what is set up, tells what it cost, and goes on after whatever goes wrong."""

from pathlib import Path

from hugginggpt.apps.cli.live_checks import trials
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.endpoint.known import Endpoint, add_endpoint
from hugginggpt.tools.scripted import ScriptedHub, as_json, chat, redirect_hub_to, serve
from hugginggpt.tools.scripted.task_answers import right_answer


async def test_models_that_see_and_servers_of_one_s_own_are_called_and_tokens_told(home: Path) -> None:
    with serve(lambda received: chat("A red square.").to(received)) as server:
        spec = f"openai:m@{server.url}/v1"
        add_endpoint(
            home.with_name("config"),
            Endpoint(name="mine", url=f"{server.url}/v1", task_type="summarization", api="openai", model="m"),
        )
        async with open_world(Settings(home=home, vlm=spec, llm_price="1/1", retries=0)) as world:
            said = [trial async for trial in trials(world)]
    assert [trial.ok for trial in said] == [True, True]
    assert all("tokens, $0.0000" in trial.said for trial in said)


async def test_one_that_fails_does_not_hide_the_others_and_a_video_is_sent_where_one_is_wanted(home: Path) -> None:
    with serve(lambda _: as_json([1])) as server:
        for task_type in ("video-classification", "text-classification"):
            add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type=task_type))
        async with open_world(Settings(home=home)) as world:
            said = [trial async for trial in trials(world)]
            from hugginggpt.apps.cli.samples import sample
            from hugginggpt.graph.vocabulary import VIDEO

            video = (await sample(world, VIDEO, "video-classification")).resource
    assert [trial.ok for trial in said] == [False, False]
    assert (video.kind, video.media_type) == ("video", "video/mp4")


async def test_what_is_a_file_is_shown_by_its_size(home: Path) -> None:
    with serve(lambda received: right_answer("text-to-image", received)) as server:
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url=server.url, task_type="text-to-image"))
        async with open_world(Settings(home=home)) as world:
            (said,) = [trial async for trial in trials(world)]
    assert said.ok, said
    assert "image of" in said.said


async def test_each_provider_is_called_once(home: Path) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        async with open_world(Settings(home=home, hf_token="hf_mine", retries=0)) as world:
            said = [trial async for trial in trials(world)]
    called = [trial.what.partition(",")[0] for trial in said[1:]]
    assert called
    assert len(called) == len(set(called))
