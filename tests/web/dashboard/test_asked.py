from __future__ import annotations

import pytest
from marshmallow import ValidationError

from whygrad.request.faults import faults
from whygrad.web.dashboard.asked import PLAIN, Asked


@pytest.mark.parametrize(("field", "typed"), [("seed", "9" * 5_000), ("seed", "none"), ("steps", ""), ("steps", "1.5")])
def test_what_is_no_number_is_told_at_its_field(field: str, typed: str) -> None:
    asked = Asked(fields={**PLAIN, field: typed})
    with pytest.raises(ValidationError) as refused:
        asked.request()
    assert asked.wrong(faults(refused.value)).faults == {field: "Not a whole number."}
