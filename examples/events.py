"""Events as they come, in an asynchronous program."""

import asyncio

import hugginggpt
from hugginggpt import TaskFinished


async def main() -> None:
    async for event in hugginggpt.astream("Summarise examples/article.txt and tell me its language"):
        print(event.event, event.result.status if isinstance(event, TaskFinished) else "")


asyncio.run(main())
