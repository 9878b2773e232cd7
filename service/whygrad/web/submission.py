"""What a form asks for, put where a worker finds it: the upload in the folder, the job in the table."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from whygrad.jobs.diagnosis import Diagnosis
from whygrad.jobs.idempotency import Idempotency, IdempotencyConflict, InFlight
from whygrad.jobs.store import UploadGone
from whygrad.request.sizes import refuse_larger
from whygrad.storage.blobs import Blob
from whygrad.web.errors import Problem
from whygrad.web.reading import GONE
from whygrad.web.representations import wants_page
from whygrad.web.schemas import LONGEST_NAME
from whygrad.web.service import service
from whygrad.web.uploads import keep

LONGEST_KEY = 200


def submit(form: dict[str, Any]) -> Diagnosis:
    """The job for what DiagnosisForm loaded, or the finished one that this Idempotency-Key made before.

    Raises Problem where there is no such program, or where the key is another request's or in flight; and as
    `require_runnable` does.
    """
    require_runnable(form)
    while True:
        try:
            return _queued(form, _stored(form))
        except UploadGone:
            continue  # somebody deleted its last diagnosis just now, and it went along: store it again
        except InFlight as error:
            place = url_for("diagnoses.show", id=error.earlier.id)
            detail = f"The request with this Idempotency-Key is still in flight; its diagnosis is {place}."
            raise Problem(409, detail, headers={"Location": place, "Retry-After": "1"}) from error
        except IdempotencyConflict as error:
            detail = "This Idempotency-Key was used before, with another program or request. Take a new one."
            raise Problem(422, detail, pointer="/Idempotency-Key") from error


def require_runnable(form: dict[str, Any]) -> None:
    """Refuse a `request` that no program could be run with here, told of `shapes` where those were given.

    Raises Problem where there is no such device, and ValidationError where the inputs are too large.
    """
    _require_bounded(form)
    _require_device(form["request"]["device"])


def _queued(form: dict[str, Any], upload: Blob) -> Diagnosis:
    diagnosis = service().store.submit(
        model_sha256=upload.sha256,
        model_name=_name(form),
        model_bytes=upload.bytes,
        request=form["request"],
        idempotency=_idempotency(upload.sha256, form["request"]),
        is_kept=service().blobs.has,
    )
    service().courier.wake()
    return diagnosis


def _require_bounded(form: dict[str, Any]) -> None:
    limit = service().settings.job_memory_bytes
    try:
        refuse_larger(form["request"], limit, "shapes" if "shapes" in form else "inputs")
    except ValidationError as error:
        raise error if "shapes" in form else ValidationError({"request": error.messages}) from error


def _require_device(device: str) -> None:
    if device == "cuda":
        detail = "No worker with a CUDA device is connected. Leave device at auto, or say cpu."
        raise Problem(422, detail, pointer="/request/device")


def _stored(form: dict[str, Any]) -> Blob:
    if "model" in form:
        form["model"].stream.seek(0)
        return keep(form["model"].stream)
    sha256 = form.get("model_id")
    if sha256 is None:
        detail = "No program. Send the file as model (curl -F model=@model.pt), or the sha256 of one as model_id."
        raise Problem(422, detail, pointer="/model")
    upload = service().blobs.find(sha256)
    if upload is None:
        detail = f"No upload has this sha256. Send it first, PUT /models/{sha256}, or send the file as model."
        raise Problem(422, GONE if wants_page() else detail, pointer="/model_id")
    return upload


def _name(form: dict[str, Any]) -> str:
    """The file's own name, without folders and what no terminal should see."""
    upload: FileStorage | None = form.get("model")
    given = form.get("name") or (upload.filename or "model" if upload else str(form["model_id"])[:12])
    name = str(given).replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:LONGEST_NAME] or "model"


def _idempotency(sha256: str, document: dict[str, Any]) -> Idempotency | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise Problem(422, f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.", pointer="/Idempotency-Key")
    asked = json.dumps([sha256, document], sort_keys=True)
    return Idempotency(key, hashlib.sha256(asked.encode()).hexdigest())
