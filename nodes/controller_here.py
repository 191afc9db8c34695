"""`ControllerHere`: the controller that the settings set, and what is said where a run goes on with another than it had."""

from dataclasses import dataclass

from ..graph.advice import setting
from ..graph.ports import Controller
from ..graph.result import Run
from ..graph.settings import Settings


@dataclass(frozen=True)
class ControllerHere:
    """What goes on with runs whose options name no model: those are of the settings, which may differ from the run's."""

    name: str
    chosen: bool
    """Whether a setting says so, `llm=rules` too, and it is not the default."""

    @classmethod
    def of(cls, controller: Controller, settings: Settings) -> "ControllerHere":
        """That of an open world."""
        return cls(controller.name, bool(settings.llm))

    def instead_of(self, run: Run) -> str:
        """A sentence without a full stop where another controller began the run; else empty."""
        if run.options.llm or run.controller in ("", self.name):
            return ""
        if self.lacks_model_of(run):
            keeps = setting("llm", run.controller)
            return (
                f"This run was begun with {run.controller}, and no chat model is set here: the {self.name} controller "
                f"goes on with it, and writes the answer ({keeps} keeps the model)"
            )
        return f"This run was begun with {run.controller}; {self.name}, which is set here, goes on with it"

    def lacks_model_of(self, run: Run) -> bool:
        """A chat model (`PROVIDER:MODEL`) began the run, and rules go on with it though no one chose them: done in part."""
        is_other = not run.options.llm and run.controller != self.name
        return is_other and ":" in run.controller and ":" not in self.name and not self.chosen
