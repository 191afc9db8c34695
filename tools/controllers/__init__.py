"""Controllers, which plan a request, choose experts and answer: one by a chat model, one by rules."""
