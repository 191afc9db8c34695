"""A plan is shown before anything is spent, and run once it is approved; in another process too, or days later."""

import hugginggpt

run = hugginggpt.run("What language is 'guten Tag'?", options={"approve": "always"})
print(run.status, [task.type for task in run.plan.tasks])
run = run.resume(True)
print(run.status, run.answer)
