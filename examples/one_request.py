"""One request: read a receipt, and use what each task made."""

import hugginggpt

run = hugginggpt.run("Read the receipt and say it aloud", files="examples/receipt.jpg")
print(run.status, run.answer)
samples, rate = run.results[1].audio()
print(f"{samples.shape[1] / rate:.0f} s of speech in {run.outputs[-1]}")
