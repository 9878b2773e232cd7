from __future__ import annotations

import hashlib
import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from marshmallow import ValidationError

from whygrad.jobs.store import Store
from whygrad.request.faults import faults
from whygrad.web.dashboard.asked import PLAIN, Asked


@pytest.mark.parametrize(("field", "typed"), [("seed", "9" * 5_000), ("seed", "none"), ("steps", ""), ("steps", "1.5")])
def test_what_is_no_number_is_told_at_its_field(field: str, typed: str) -> None:
    asked = Asked(fields={**PLAIN, field: typed})
    with pytest.raises(ValidationError) as refused:
        asked.request()
    assert asked.wrong(faults(refused.value)).faults == {field: "Not a whole number."}


PROGRAM = b"a program"
SHA256 = hashlib.sha256(PROGRAM).hexdigest()
PAGE = {"Accept": "text/html"}


def method(name: str, argument: str) -> dict[str, object]:
    takes = {"name": argument, "type": "Tensor", "required": True}
    return {"name": name, "arguments": [takes], "recorded_inputs": None}


def test_a_form_is_about_the_method_that_its_link_names(client: FlaskClient, store: Store) -> None:
    client.put(f"/models/{SHA256}", data=PROGRAM)
    client.get(f"/models/{SHA256}")
    claim = store.claim("tests", 30)
    assert claim is not None
    assert store.finish(claim, {"methods": [method("forward", "x"), method("encode", "ids")]})
    first = client.get(f"/?model={SHA256}&name=m.pt", headers=PAGE).text
    link = f"/?model={SHA256}&amp;name=m.pt&amp;method=encode"
    assert f'href="{link}"' in first
    second = client.get(link.replace("&amp;", "&"), headers=PAGE).text
    assert "<legend><code>ids</code>" in second
    assert 'name="method" value="encode"' in second


@pytest.mark.parametrize("named", ["'x" * 3_000, "../../etc", "0" * 63])
def test_what_names_no_program_is_refused_at_the_file_and_not_repeated(client: FlaskClient, named: str) -> None:
    sent = client.post("/", data={"model_id": named}, headers=PAGE | {"Origin": "http://localhost"})
    for answer in (sent, client.get("/", query_string={"model": named}, headers=PAGE)):
        assert answer.status_code == 422
        assert 'id="wrong-model"' in answer.text
        assert named not in answer.text


def test_a_file_is_taken_whatever_else_names_a_program(client: FlaskClient) -> None:
    sent = client.post("/", data={"model_id": "none", "model": (BytesIO(PROGRAM), "m.pt")}, headers=PAGE)
    assert sent.status_code == 303


def test_what_a_script_is_to_say_has_all_that_is_wrong(client: FlaskClient) -> None:
    page = client.get("/diagnoses?code=NONE&verdict=never", headers=PAGE).text
    (told,) = re.findall('data-problem="(.*?)"', page)
    assert told.startswith("Unknown verdict.")
    assert told.endswith("Unknown code.")


def test_a_program_that_is_gone_is_asked_for_again(client: FlaskClient) -> None:
    gone = client.post("/", data={"model_id": "0" * 64, "shapes": "2x4"}, headers=PAGE)
    assert gone.status_code == 422
    assert '<a href="#model">This program is no longer here. Choose its file again.' in gone.text
    assert 'type="file" id="model"' in gone.text
    assert 'value="2x4"' in gone.text
