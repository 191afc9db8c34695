"""A plan of your own: two typed tasks, the second on what the first made. No controller plans."""

from pathlib import Path

import hugginggpt
from hugginggpt import Plan, Ref, Task

plan = Plan(
    tasks=(
        Task(id=0, type="image-to-text", inputs={"image": Path("examples/receipt.jpg")}, goal="read it"),
        Task(id=1, type="count", inputs={"items": (Ref(task_id=0),)}, parameters={"look_for": "lines"}),
    )
)
run = hugginggpt.run(plan=plan)
print(run.results[0].text)
print(run.results[1].text, "lines")
