"""What failed is tried again; what succeeded is kept."""

from pathlib import Path

import hugginggpt

Path("one.txt").write_text("a b c")
run = hugginggpt.run("How many words are in one.txt and in two.txt?")
print(run.status, run.answer)
Path("two.txt").write_text("d e")  # it was not there
run = run.retry()
print(run.status, run.answer)
