def paragraphs(run, paths):
    yield ""
