"""Draw the READMEs' pictures from the code: a real run as SVG, the graph as Mermaid.

python docs/picture.py            writes docs/run.svg (runs the README's request) and the READMEs' graph
python docs/picture.py --check    exit code 1 when a README's graph is not that of the code
"""

import asyncio
import re
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hugginggpt.apps.cli.live_tree import LiveTree
from hugginggpt.apps.session import Session
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import build_graph, open_world
from hugginggpt.tools.scripted import ScriptedController

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
REQUEST = (
    "Read the text in this receipt, summarise it, tell me whether the customer was happy, and say the summary aloud"
)
FILE = "examples/receipt.jpg"
BLOCK = re.compile(r"(```mermaid\n).*?(```)", re.DOTALL)


async def draw_run() -> str:
    """The last frame of the live tree, and the answer, of a real run, as SVG."""
    console = Console(record=True, width=112, force_terminal=True, file=StringIO(), highlight=False)
    console.print(Text.assemble(("$ ", "dim"), (f'hugginggpt run "{REQUEST}" -f {FILE}', "bold")))
    answer = ""
    with tempfile.TemporaryDirectory() as home:
        async with open_world(Settings(home=Path(home))) as world:
            with LiveTree(Console(file=StringIO()), moving=False) as tree:
                async for event in Session(world).start(REQUEST, thread_id="picture", files=[str(ROOT / FILE)]):
                    tree.update(event)
                    answer = getattr(event, "answer", answer)
            console.print("4 tasks, planned by the embedded controller", style="dim")
            console.print(tree.picture())
            console.print("\n" + answer.replace(home, "~/.local/share/hugginggpt"))
    drawn = console.export_svg(title="hugginggpt")
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # no fonts fetched from elsewhere


def graph_as_mermaid() -> str:
    """The compiled graph, the task's sub-graph opened."""
    graph = build_graph(Settings(home=Path(tempfile.gettempdir())), controller=ScriptedController([]))
    return graph.get_graph(xray=1).draw_mermaid()


def main() -> None:
    """Write, or check."""
    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    graph = graph_as_mermaid()
    drawn = {page: BLOCK.sub(lambda block: block[1] + graph + block[2], text) for page, text in texts.items()}
    if "--check" in sys.argv:
        sys.exit(0 if drawn == texts else "the graph in a README is out of date: python docs/picture.py")
    for page, text in drawn.items():
        page.write_text(text, encoding="utf-8")
    (ROOT / "docs" / "run.svg").write_text(asyncio.run(draw_run()))


if __name__ == "__main__":
    main()
