"""A module that cannot be scripted is held against its trace, which does not keep all that it does to its gradients."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from whygrad_client import diagnose
from whygrad_client.capture import capture
from whygrad_client.parting import Parting

ALL = ["encoder.weight", "encoder.bias", "head.weight", "head.bias"]


class Net(nn.Module):
    """Does not script: `between` is a function."""

    def __init__(self, between: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.encoder, self.head, self.norm = nn.Linear(4, 3), nn.Linear(3, 2), nn.BatchNorm1d(2, affine=False)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.between(self.encoder, x))
        return out


def without_gradients(encoder: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        out: Tensor = encoder(x)
    return out


def hooked(encoder: nn.Module, x: Tensor) -> Tensor:
    out: Tensor = encoder(x)
    if out.requires_grad:
        out.register_hook(lambda gradient: gradient * 0)
    return out


def measured(encoder: nn.Module, x: Tensor) -> Tensor:
    out: Tensor = encoder(x)
    with torch.no_grad():
        (out * 2).mean()
    return out


def by_chance(encoder: nn.Module, x: Tensor) -> Tensor:
    out: Tensor = encoder(x)
    return out if torch.rand(()) < 0.5 else out.detach()


def by_parts(encoder: nn.Module, x: Tensor) -> Tensor:
    out: Tensor = checkpoint(encoder, x, use_reentrant=False)
    return out


def parting(module: nn.Module) -> Parting:
    found = capture(module, ["8x4"], {}, training=True).parting
    assert found
    return found


def test_a_region_without_gradients_is_found_with_its_line() -> None:
    found = parting(Net(without_gradients))
    assert found.lost == ALL[:2]
    assert [(place.function, place.line) for place in found.places] == [
        ("without_gradients", without_gradients.__code__.co_firstlineno + 1)
    ]


def test_what_switches_gradients_off_from_outside_is_the_line_that_suffers() -> None:
    class Off(Net):
        forward = torch.no_grad()(Net.forward)

    found = parting(Off(measured))
    assert found.lost == ALL
    assert [place.function for place in found.places] == ["measured", "forward"]


def test_what_a_hook_takes_is_found() -> None:
    found = parting(Net(hooked))
    assert (found.lost, found.module["encoder.weight"], list(found.places)) == (ALL[:2], "zero", [])


@pytest.mark.parametrize("between", [measured, by_parts])
def test_what_is_sound_parts_nowhere(between: Callable[[nn.Module, Tensor], Tensor]) -> None:
    found = parting(Net(between))
    assert (found.lost, found.gained) == ([], [])


def test_chance_is_the_same_on_both_sides() -> None:
    for seed in range(4):
        torch.manual_seed(seed)
        found = parting(Net(by_chance))
        assert (found.lost, found.gained) == ([], [])


def test_a_module_that_cannot_run_twice_is_said_not_to_have_been_compared() -> None:
    class Once(Net):
        def forward(self, x: Tensor) -> Tensor:
            if hasattr(self, "ran"):
                raise RuntimeError("only once")
            self.ran = True
            return super().forward(x)

    captured = capture(Once(measured), ["8x4"], {}, training=True)
    assert captured.parting is None
    assert captured.lost[1].startswith("the trace was not held against the module itself: only once")


def test_it_counts_as_any_finding(service: str) -> None:
    told = diagnose(Net(without_gradients), "8x4", server=service)
    (finding,) = told.findings
    assert (told.verdict, finding.code, finding.parameters) == ("suspect", "FMT902", ("encoder.weight", "encoder.bias"))
    assert finding.location
    assert finding.location.source == "with torch.no_grad():"
    assert told.headline.startswith(
        "encoder.* get no gradient in the module itself: gradient mode is off in tests/client/test_parting.py"
    )
    states = {parameter.name: (parameter.gradient, parameter.finding) for parameter in told.parameters}
    assert states["encoder.weight"] == ("none", 0)
    assert states["head.weight"] == ("ok", None)
    assert diagnose(Net(without_gradients), "8x4", server=service, frozen=["encoder.*"]).healthy
    ignoring = diagnose(Net(without_gradients), "8x4", server=service, ignore=["FMT902"])
    assert (ignoring.verdict, [ignored.code for ignored in ignoring.ignored]) == ("healthy", ["FMT902"])
