"""Examples that READMEs show, to be run as they stand there."""

from __future__ import annotations

import re

from matchmaker.config import ROOT


def json_example(readme: str) -> str:
    """The first JSON a README shows; `readme`: its path from the root."""
    shown = re.search(r"```json\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.S)
    assert shown is not None, f"{readme} shows no JSON"
    return shown[1]
