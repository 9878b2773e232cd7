"""The forms: within the limits of Slack whatever they remember."""

from __future__ import annotations

import pytest
from tests.client.slack import block_kit

from whygrad_client.slack import forms
from whygrad_client.slack.payloads import View
from whygrad_client.slack.tasks import Conversation, Source


@pytest.mark.parametrize("mark", ["a", "模", '"', "\x01"])
def test_a_form_remembers_ten_files_whatever_they_are_called(mark: str) -> None:
    url = "https://files.slack.com/files-pri/T0TESTS-F00000001/download/" + "x" * 200
    sources = [Source(f"{n}{mark * 200}.pt", f"F{n:010}", url, 9_999_999) for n in range(10)]
    here = Conversation("C0GENERAL", "U0ADA", "1.000001", response_url="https://hooks.slack.com/app/T/1/" + "y" * 60)
    form = forms.diagnose(here, sources)
    assert list(block_kit.view(form)) == []
    about = forms.about(View(id="V1", private_metadata=form["private_metadata"]))
    assert about["conversation"] == here
    assert [(source.file, source.name[:5]) for source in about["sources"]] == [
        (source.file, source.name[:5]) for source in sources
    ]
