"""A run waits for approval; another process, which knows its id, approves it."""

import hugginggpt

run = hugginggpt.run("What language is 'Wo ist der Hafen?'", options={"approve": "always"})
print(run.status, run.question)
run = hugginggpt.resume(run.run_id, True)  # also after `kill -9`, a restart, a day
print(run.status, run.answer)
