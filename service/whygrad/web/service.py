"""What the views work with: the settings, the jobs and the uploads of the running application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.diagnosis import Diagnosis, view
from whygrad.jobs.faults import Faults
from whygrad.jobs.links import Links
from whygrad.jobs.mutes import Mutes
from whygrad.jobs.presence import Presence
from whygrad.jobs.standing import Standing
from whygrad.jobs.store import Store
from whygrad.settings import Settings
from whygrad.storage.blobs import Blobs

EXTENSION = "whygrad"


@dataclass(frozen=True)
class Service:
    """The parts of one application."""

    settings: Settings
    store: Store
    faults: Faults
    presence: Presence
    standing: Standing
    mutes: Mutes
    links: Links
    blobs: Blobs
    courier: Courier

    def shown(self, diagnosis: Diagnosis) -> dict[str, Any]:
        """The diagnosis as clients see it: each finding says whether it is muted."""
        return self.mutes.marked(view(diagnosis))


def service() -> Service:
    """The parts of the application that serves this request."""
    return cast(Service, current_app.extensions[EXTENSION])
