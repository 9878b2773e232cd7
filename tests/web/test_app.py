from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from whygrad.settings import Settings
from whygrad.storage.database import Database

SERVE_ONE_OF_EACH = """
import sys, zipfile
from pathlib import Path
from whygrad.settings import Settings
from whygrad.web.app import create_app

zipfile.ZipFile.__init__ = None  # whoever opens an archive here fails
settings = Settings(data=Path(sys.argv[1]), default_wait_seconds=0)
client = create_app(settings).test_client()
form = {"model": (open(sys.argv[2], "rb"), "model.pt"), "shapes": "2x3"}
assert client.post("/diagnose", data=form).status_code == 202
assert client.post("/explain", json={"text": "RuntimeError: x"}).status_code == 200
for path in ("/rules", "/diagnoses", "/limits", "/openapi.yaml"):
    assert client.get(path).status_code == 200, path
assert not {"torch", "numpy", "alembic"} & sys.modules.keys()
"""


def test_the_web_process_loads_no_torch_and_opens_no_archive(tmp_path: Path) -> None:
    Database(Settings(data=tmp_path).database_url).migrate()
    upload = tmp_path / "model.pt"
    upload.write_bytes(b"a program")
    script = [sys.executable, "-c", SERVE_ONE_OF_EACH, str(tmp_path), str(upload)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
