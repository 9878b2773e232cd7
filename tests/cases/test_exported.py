"""The same programs by torch.export, in the jail: what that keeps of a fault is told, and nothing else is needed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases.case import Case, case_of, cases
from tests.cases.export import made
from tests.cases.holding import Watching, hold_in_jail
from tests.cases.judge import HEALTHY, judged

LEAST = 140
"""So many at least can be exported; no shape that does not fit, and no choice by a number, can."""
LOST = {
    "g19_torch_jit_freeze": "it is the file that is frozen",
    "frozen_for_inference": "it is the file that is frozen",
    "frozen_for_speed_and_trained": "it is the file that is frozen",
    "module_saved_whole": "it is another file",
    "state_dict_without_a_program": "it is another file",
    "g38_lstm_state_kept": "attributes that are no buffers are not kept from step to step",
    "buffer_reset_in_place": "attributes that are no buffers are not kept from step to step",
    "memory_of_segments_in_a_list": "attributes that are no buffers are not kept from step to step",
    "recurrent_spikes_not_detached": "attributes that are no buffers are not kept from step to step",
    "weights_evolved_from_step_to_step": "attributes that are no buffers are not kept from step to step",
    "hidden_state_of_the_last_batch": "attributes that are no buffers are not kept from step to step",
    "membrane_kept_on_its_module": "attributes that are no buffers are not kept from step to step",
    "membranes_that_nobody_resets": "attributes that are no buffers are not kept from step to step",
    "clipped_policy": "the executor that spoils it runs TorchScript alone",
    "g08_no_grad_merged_by_cse": "the executor that spoils it runs TorchScript alone",
    "logarithm_in_the_other_branch": "the executor that spoils it runs TorchScript alone",
    "learnt_norm_of_sparse_features": "the executor that spoils it runs TorchScript alone",
    "roots_of_both_signs": "the executor that spoils it runs TorchScript alone",
    "norm_of_a_dead_feature": "the executor that spoils it runs TorchScript alone",
    "power_of_a_zero_base": "the executor that spoils it runs TorchScript alone",
    "phase_of_a_wave_function": "the executor that spoils it runs TorchScript alone",
    "alibi_for_the_traced_length": "it is exported with the shapes that are sent",
    "anchors_of_the_traced_image": "it is exported with the shapes that are sent",
    "depth_enlarged_by_the_traced_factor": "it is exported with the shapes that are sent",
    "pooled_for_the_traced_proposals": "it is exported with the shapes that are sent",
    "learned_positions": "what was cut to the length of the input is cut to a number",
    "words_read_across_the_batch": "its sizes are numbers, which have no names",
    "texts_embedded_only_once": "attributes that are no buffers are not kept from step to step",
    "complex_exponential_of_a_product": "the executor that spoils it runs TorchScript alone",
    "energies_divided_by_every_size": "it is not told of the file either",
    "passengers_of_both_layers": "it is not told of the file either",
    "sessions_reset_at_every_click": "it is not told of the file either",
    "capsules_cut_from_neighbouring_pixels": "it is not told of the file either",
    "causal_layers_trimmed_as_traced": "it is exported with the shapes that are sent",
    "chain_of_the_traced_sentence": "it is exported with the shapes that are sent",
    "document_chunked_for_one": "it is exported with the shapes that are sent",
    "directions_put_under_one_another": "its sizes are numbers, which do not say that they count samples",
    "frames_averaged_as_far_as_traced": "it is exported with the shapes that are sent",
    "global_context_of_the_traced_size": "it is exported with the shapes that are sent",
    "global_pool_of_a_traced_size": "it is exported with the shapes that are sent",
    "phonemes_of_the_traced_sentence": "it is exported with the shapes that are sent",
    "positions_counted_with_len": "it is exported with the shapes that are sent",
    "windows_counted_while_tracing": "it is exported with the shapes that are sent",
    "s22_lstmcell_trace_batch": "it is exported with the shapes that are sent",
    "s58_trace_batch_view": "it is exported with the shapes that are sent",
    "one_tensor_for_a_list_of_images": "without types, a batch is as good as a list",
    "h10_traced_no_grad_encoder": "the region is kept, which a trace loses",
    "distilled_from_attention_alone": "of a layer that nothing reads one operation is dropped",
    "pyramid_level_that_no_head_reads": "of a layer that nothing reads one operation is dropped",
    "rotary_frequencies_from_the_cache": "the branch of the first call is the only one that is kept",
    "days_convolved_as_features": "it is not told of the file either",
    "pixels_shared_out_among_codewords": "it is not told of the file either",
    "sequences_strung_together": "it is not told of the file either",
    "dice_slope_is_a_plain_tensor": "what a module merely held is kept as if it were registered",
    "filters_of_octaves_in_a_list": "what a module merely held is kept as if it were registered",
    "memory_of_normal_patches": "what a module merely held is kept as if it were registered",
    "relation_weights_in_a_dictionary": "what a module merely held is kept as if it were registered",
    "weights_from_a_checkpoint_as_buffers": "what a module merely held is kept as if it were registered",
}
"""The cases that are others by then, and why."""


@pytest.fixture(scope="module")
def exported() -> Iterator[list[Case]]:
    """The cases that torch can export, as those of a folder of their own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "exported")
        folder.mkdir()
        told = [_entry(case) for case in cases() if not case.id.endswith("_mended") and _export(case, folder)]
        (folder / "cases.json").write_text(json.dumps(told))
        yield [case_of(entry, folder) for entry in told]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_what_an_export_keeps_of_a_fault_is_told(exported: list[Case]) -> None:
    assert len(exported) >= LEAST
    watching = Watching(str(exported[0].folder))
    missed = set()
    for case in exported:
        told = watching.of(case)
        hold_in_jail(told)
        right = judged(case, told["document"])
        if not right["root cause" if "root cause" in right else HEALTHY]:
            missed.add(case.id)
    watching.close()
    assert missed == LOST.keys() & {case.id for case in exported}


def _export(case: Case, folder: Path) -> bool:
    """Write the program, and its source beside it; false where torch cannot export it."""
    try:
        program = made(case.text(), "export", case.id.replace("-", "_"), case.request["inputs"] or ())
    except Exception:  # torch has as many ways to refuse as there are programs
        return False
    (folder / f"{case.id}.pt2").write_bytes(program)
    (folder / f"{case.id}.py").write_text(case.text())
    return True


def _entry(case: Case) -> dict[str, object]:
    files = {"model_file": f"{case.id}.pt2", "source_file": f"{case.id}.py"}
    return {"id": case.id, **files, "request": case.request, "truth": case.truth, "exported_with": "export"}
