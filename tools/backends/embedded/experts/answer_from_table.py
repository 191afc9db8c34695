"""table-question-answering by arithmetic: counts, sums, averages, the highest and lowest, a cell."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.resource import Resource
from .....graph.task import Task
from ..registry import expert


def accepts(task: Task) -> str | None:
    """Only tables, no pictures of them."""
    table = task.inputs.get("table")
    if isinstance(table, Resource) and table.kind == "image":
        return "it takes a table as CSV or JSON; ask the question as one about a document"
    return None


@expert(
    "table-question-answering",
    name="table-arithmetic",
    description="counts, adds, compares and looks up by column names; refuses questions with words that it does not know",
    accepts=accepts,
    light=True,
    partial=True,
)
def answer_from_table(call: Call) -> Sequence[Artifact]:
    """The answer. Not covered: pictures of tables, several tables at once."""
    from ....tables.calculation import answered
    from ....tables.open_table import open_table
    from ....tables.table_query import expressions

    given, question = call.one("table"), call.text("question")
    with open_table(given, call.scratch) as table:
        text, queries = answered(table, question)
    return [
        Artifact(
            output="text", kind="text", media_type="text/plain", text=text, note=f"computed: {expressions(queries)}"
        )
    ]
