"""The plugin as pytest finds it: real tests of real models, judged in the real sandbox or by the real service."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.announced import announce

from whygrad.render import counting
from whygrad_client import pytest_plugin

pytest_plugins = ["pytester"]

MODELS = """
import torch
from torch import nn

class Encoder(nn.Module):
    def __init__(self, cut):
        super().__init__()
        self.proj = nn.Linear(10, 5)
        self.cut = cut

    def forward(self, x):
        h = self.proj(x)
        if self.cut:
            h = h.detach()
        return torch.relu(h)

class Model(nn.Module):
    def __init__(self, cut=False):
        super().__init__()
        self.encoder = Encoder(cut)
        self.head = nn.Linear(5, 3)

    def forward(self, x):
        return self.head(self.encoder(x))
"""
ODD = """
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from whygrad_client import assert_gradients_flow
from models import Model


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(10, 3)

def test_no_parameters():
    class Double(nn.Module):
        def forward(self, x):
            return x * 2
    assert_gradients_flow(Double(), "2x10")

def test_control_flow_by_value():
    class Branch(Linear):
        def forward(self, x):
            if bool(x.sum() > 0):
                return self.linear(x)
            return self.linear(-x)
    assert assert_gradients_flow(Branch(), "2x10").verdict == "healthy"

def test_lambda():
    class Lambda(Linear):
        def __init__(self):
            super().__init__()
            self.act = lambda x: x.relu()
        def forward(self, x):
            return self.linear(self.act(x)).detach()
    assert_gradients_flow(Lambda(), torch.randn(2, 10))

def test_dict():
    class Batch(Linear):
        def forward(self, batch):
            return self.linear(batch["x"]) + batch["y"].sum()
    assert_gradients_flow(Batch(), [{"x": torch.randn(2, 10), "y": "4"}])
    assert_gradients_flow(Batch(), {"x": torch.randn(2, 10), "y": "4"})

def test_by_name():
    class Two(Linear):
        def forward(self, x, mask=None, scale: float = 1.0):
            return self.linear(x) * scale
    assert_gradients_flow(Two(), {"scale": 2.0, "x": torch.randn(2, 10)})

def test_shared():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(20, 10)
            self.out = nn.Linear(10, 20, bias=False)
            self.out.weight = self.embed.weight
        def forward(self, ids):
            return self.out(self.embed(ids))
    report = assert_gradients_flow(Tied(), torch.tensor([[3, 19, 7]]), loss="mean")
    assert report.document["parameters_total"] == 1

def test_half():
    assert_gradients_flow(Model().half(), torch.randn(2, 10).half())

def test_half_with_other_input():
    assert_gradients_flow(Model().half(), "2x10")

def test_ignore_index():
    target = torch.tensor([2, -100])
    report = assert_gradients_flow(Model(), "2x10", loss=F.cross_entropy, target=target)
    assert report.document["request"]["loss"]["target"]["high"] == 3

def test_frozen_as_meant():
    model = Model()
    model.encoder.requires_grad_(False)
    assert_gradients_flow(model, "2x10", frozen=["encoder.*"])

def test_frozen_unexpectedly():
    model = Model()
    model.encoder.requires_grad_(False)
    assert_gradients_flow(model, "2x10")

def test_frozen_and_ignored():
    model = Model()
    model.encoder.requires_grad_(False)
    assert_gradients_flow(model, "2x10", ignore=["PAR201"])

def test_not_frozen():
    assert_gradients_flow(Model(), "2x10", frozen=["encoder.*", "decoder.*"])

def test_raises():
    class Raises(Linear):
        def forward(self, *xs):
            return self.linear(xs[0].T)
    assert_gradients_flow(Raises(), "2x10")

def test_shape():
    assert_gradients_flow(Model(), "2x9")

def test_wrong_inputs():
    assert_gradients_flow(Model(), ["2x10", 3])

def test_wrong_shape():
    assert_gradients_flow(Model(), "2xten")

def test_wrong_loss():
    assert_gradients_flow(Model(), "2x10", loss="crossentropy", target="2:int64[0,3)")

def test_own_loss():
    def mse_loss(predicted, target):
        return ((predicted.squeeze(-1) - target) ** 2).mean()

    assert_gradients_flow(Model(), "2x10", loss=mse_loss, target="2")

def test_no_model():
    assert_gradients_flow(Model, "2x10")

def test_file():
    torch.jit.script(Model(cut=True)).save("model.pt")
    assert_gradients_flow("model.pt", "2x10", ignore=["CUT101"])
    with pytest.raises(AssertionError, match="CUT101"):
        assert_gradients_flow("model.pt", "2x10")
"""


@pytest.fixture
def plugin(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A repository with `models.py`, where pytest finds the plugin as an installed distribution announces it."""
    monkeypatch.setenv("PYTHONPATH", str(announce(pytester.path / "installed")))
    monkeypatch.delenv("WHYGRAD_SERVER", raising=False)
    pytester.mkdir(".git")
    pytester.makepyfile(models=MODELS)
    pytester.makeini("[pytest]\npythonpath = .\n")
    return pytester


LEFT_OUT = ("cacheprovider", "hypothesispytest", "schemathesis")
"""Plugins of other projects that have no part in this, and take longer to load than pytest itself."""


def run(plugin: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    without = [word for name in LEFT_OUT for word in ("-p", f"no:{name}")]
    return plugin.runpytest_subprocess(*without, *arguments, timeout=110)


def test_a_failure_is_the_diagnosis_and_nothing_else(plugin: pytest.Pytester) -> None:
    plugin.mkdir("tests").joinpath("test_flow.py").write_text(
        "from models import Model\n\ndef test_flow(whygrad):\n    whygrad.assert_gradients_flow(Model(True), '2x10')\n"
    )
    ended = run(plugin, "tests")
    ended.assert_outcomes(failed=1)
    shown = ended.outlines
    first = next(index for index, line in enumerate(shown) if line.startswith("E  "))
    last = max(index for index, line in enumerate(shown) if line.startswith("E  "))
    assert shown[first - 2 : first] == [
        "    def test_flow(whygrad):",
        ">       whygrad.assert_gradients_flow(Model(True), '2x10')",
    ]
    assert shown[first].startswith("E       AssertionError: warning[CUT101]: encoder.proj gets no gradient: ")
    assert shown[first + 2] == "E         --> models.py:13 in forward, module encoder (Encoder)"
    assert shown[last].startswith("E       suspect · 1 warning")
    assert shown[last + 1 : last + 3] == ["", "tests/test_flow.py:4: AssertionError"]
    assert "whygrad_client" not in ended.stdout.str().replace("whygrad_client.asserting.Whygrad object", "")
    ended.stdout.fnmatch_lines(["E *- h = h.detach()"])


def test_models_of_every_kind(plugin: pytest.Pytester) -> None:
    plugin.makepyfile(test_odd=ODD)
    ended = run(plugin, "--tb=short", "-rA")
    ended.assert_outcomes(passed=9, failed=12)
    ended.stdout.fnmatch_lines_random(
        [
            "E   AssertionError: error[[]PAR202]: nothing can be trained: the program has no parameters",
            "E   AssertionError: error[[]*]: *",
            "E     --> test_odd.py:34 in forward",
            "E   captured by tracing, which follows one path, because torch.jit.script",
            "E   AssertionError: frozen, and not named in frozen=[[][]]: encoder.* (2 of 4 parameters)",
            "E   AssertionError: named in frozen=[[]'encoder.*', 'decoder.*'], and yet trained: encoder.proj.*",
            "E   no parameter is called decoder.*, which is to be frozen; did you mean encoder.*[?]",
            "E   whygrad_client.capture.CannotCapture: Raises cannot be captured.",
            "E     torch.jit.trace stops as well: mat1 and mat2 shapes cannot be multiplied*(test_odd.py line 94)",
            "E   AssertionError: error[[]SHP701]: *",
            "E   *NotAnInput: Model.forward(x) does not take these inputs: too many positional arguments",
            "E   *NotARequest: inputs '2xten': at character 3: 'ten' is not a size*",
            "E   *NotARequest: loss/kind: Unknown loss. Did you mean cross_entropy?*",
            "E   *NotARequest: a loss is a name or a function of torch.nn.functional, and mse_loss is neither: *",
            "E   *NotARequest: a model is a torch.nn.Module or the path of a TorchScript file, not *",
        ]
    )
    assert "/whygrad_client/" not in ended.stdout.str()


def test_what_fails_is_chosen(plugin: pytest.Pytester) -> None:
    plugin.makepyfile(
        test_flow="""
        from models import Model

        def test_warned(whygrad):
            whygrad.assert_gradients_flow(Model(True), "2x10")

        def test_strict(whygrad):
            whygrad.assert_gradients_flow(Model(True), "2x10", fail_on="warning")

        def test_never(whygrad):
            whygrad.assert_gradients_flow(Model(True), "2x9", fail_on="never")

        def test_wrong(whygrad):
            whygrad.assert_gradients_flow(Model(), "2x10", fail_on="always")
        """
    )
    plugin.makeini("[pytest]\npythonpath = .\nwhygrad_fail_on = error\n")
    ended = run(plugin)
    ended.assert_outcomes(passed=2, failed=2, warnings=2)
    ended.stdout.fnmatch_lines(
        [
            "*NotARequest: fail_on is one of error, warning, note, never, not 'always'",
            "test_flow.py::test_warned",
            "  *test_flow.py:4: GradientWarning: *encoder.proj gets no gradient*",
        ]
    )


def test_a_saved_program_is_judged_as_the_project_says(plugin: pytest.Pytester) -> None:
    plugin.makepyfile(
        test_flow="""
        import pytest, torch
        from models import Model

        torch.jit.script(Model(cut=True)).save("model.pt")

        def test_left_out(whygrad):
            report = whygrad.assert_gradients_flow("model.pt")
            assert (report.document["request"]["mode"], report.document["request"]["steps"]) == ("eval", 1)
            assert report.document["request"]["loss"]["target"]["shape"] == [2]

        def test_said(whygrad):
            report = whygrad.diagnose("model.pt", "7x10", mode="train", loss="mean")
            assert report.document["request"]["inputs"][0]["shape"] == [7, 10]
            assert (report.document["request"]["mode"], report.document["request"]["loss"]) == ("train", "mean")

        def test_not_frozen_after_all(whygrad):
            whygrad.assert_gradients_flow("model.pt", frozen=["head.bias"], ignore=["CUT101"])

        def test_a_live_module_is_none_of_its_paths(whygrad):
            assert whygrad.diagnose(Model(), "2x10").document["request"]["mode"] == "train"
        """
    )
    (plugin.path / "whygrad.toml").write_text(
        '[models."model.pt"]\ninput = "2x10"\neval = true\nsteps = 1\nexpect-frozen = ["encoder.*"]\n'
        'loss = "cross_entropy"\ntarget = "2:int64[0,3)"\n'
    )
    ended = run(plugin)
    ended.assert_outcomes(passed=3, failed=1)
    ended.stdout.fnmatch_lines(["E *named in frozen=[[]'head.bias'], and yet trained: head.bias *"])


def test_a_wrong_choice_is_told_at_once(plugin: pytest.Pytester) -> None:
    plugin.makeini("[pytest]\nwhygrad_fail_on = sometimes\n")
    ended = run(plugin)
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines(["ERROR: whygrad_fail_on is one of error, warning, note, never, not 'sometimes'"])


FLOW = """
from models import Model

def test_cut(whygrad):
    whygrad.assert_gradients_flow(Model(True), "2x10")

def test_sound(whygrad):
    assert whygrad.diagnose(Model(), "2x10").id
"""


def test_a_service_judges_for_several_processes(plugin: pytest.Pytester, service: str) -> None:
    plugin.makepyfile(test_flow=FLOW)
    ended = run(plugin, "-n", "2", "--whygrad-server", service)
    ended.assert_outcomes(passed=1, failed=1)
    ended.stdout.fnmatch_lines(["E *--> models.py:13 in forward*"])


@pytest.mark.parametrize("named", ["configuration", "environment", "option"])
def test_the_service_is_named_in_three_ways(
    plugin: pytest.Pytester, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.makeini("[pytest]\nwhygrad_server = http://configuration\n")
    if named != "configuration":
        monkeypatch.setenv("WHYGRAD_SERVER", "http://environment")
    ended = run(plugin, "--collect-only", *(["--whygrad-server=http://option"] if named == "option" else []))
    ended.stdout.fnmatch_lines([f"whygrad: http://{named}"])


def test_a_service_that_is_not_there_is_one_line(plugin: pytest.Pytester) -> None:
    plugin.makepyfile(test_flow=FLOW)
    ended = run(plugin, "--whygrad-server", "http://127.0.0.1:9", "-k", "cut")
    ended.assert_outcomes(failed=1, deselected=1)
    assert [line for line in ended.outlines if line.startswith("E  ")] == [
        "E       whygrad_client.errors.ConnectionFailed: no answer from http://127.0.0.1:9: nothing listens there, "
        "or it broke off; `whygrad serve --bind 127.0.0.1:9` starts a service"
    ]


def test_it_can_be_left_out(plugin: pytest.Pytester) -> None:
    plugin.makepyfile(
        test_flow="""
        import sys

        def test_light():
            assert "whygrad_client.asserting" not in sys.modules

        def test_fixture(whygrad):
            pass
        """
    )
    ended = run(plugin, "-p", "no:whygrad")
    ended.assert_outcomes(passed=1, errors=1)
    ended.stdout.fnmatch_lines(["E       fixture 'whygrad' not found"])


def test_loading_it_loads_nothing_else() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import whygrad_client.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["whygrad_client", "whygrad_client.defaults", "whygrad_client.pytest_plugin"]
    assert (*counting.SEVERITIES, counting.NEVER) == pytest_plugin._SEVERITIES
