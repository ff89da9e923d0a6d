"""Read what a sentence-transformers folder says about its model, and refuse early.

Everything is checked here, from the small JSON files, so that the graph writer can trust
its input: a model we would get subtly wrong (another pooling, relative positions, a dense
layer on top) is refused by name instead of giving vectors of poor quality.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from search.encoder.errors import ModelUnsupported

Pooling = Literal["mean", "cls"]

# RoBERTa numbers its positions from padding_idx + 1, BERT from 0.
_FAMILIES = ("bert", "roberta", "xlm-roberta", "camembert")
_ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu")
_MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True)
class ModelDescription:
    """A BERT-family sentence model in numbers: enough to write its graph and feed it."""

    folder: Path
    layers: int
    heads: int
    dimensions: int
    layer_norm_epsilon: float
    activation: str
    first_position: int
    pooling: Pooling
    max_length: int
    lower_case: bool
    query_prompt: str
    document_prompt: str


def describe_model(folder: Path) -> ModelDescription:
    """The folder's model, checked; raises ModelUnsupported with the reason in words."""
    config = _read_json(folder, "config.json")
    if not config:
        raise ModelUnsupported(folder, "it has no config.json")
    for name in ("tokenizer.json", "model.safetensors"):
        if not (folder / name).is_file():
            raise ModelUnsupported(folder, f"it has no {name}")
    _check_architecture(folder, config)
    modules = _module_paths(folder)
    sentence = _read_json(folder / modules["Transformer"], "sentence_bert_config.json")
    first_position = _first_position(config)
    query_prompt, document_prompt = _prompts(folder)
    try:
        return ModelDescription(
            folder=folder,
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            dimensions=int(config["hidden_size"]),
            layer_norm_epsilon=float(config.get("layer_norm_eps", 1e-12)),
            activation=str(config.get("hidden_act", "gelu")),
            first_position=first_position,
            pooling=_pooling(folder, modules),
            max_length=_max_length(folder, config, sentence, first_position),
            lower_case=bool(sentence.get("do_lower_case", False)),
            query_prompt=query_prompt,
            document_prompt=document_prompt,
        )
    except KeyError as missing:
        raise ModelUnsupported(folder, f"config.json lacks {missing}") from missing


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise ModelUnsupported(folder, f"{name} is not JSON ({broken})") from broken
    if not isinstance(content, dict):
        raise ModelUnsupported(folder, f"{name} is not a JSON object")
    return content


def _check_architecture(folder: Path, config: Mapping[str, Any]) -> None:
    family = config.get("model_type")
    if family not in _FAMILIES:
        raise ModelUnsupported(folder, f"its architecture is {family!r}")
    activation = config.get("hidden_act", "gelu")
    if activation not in _ACTIVATIONS:
        raise ModelUnsupported(folder, f"its activation is {activation!r}")
    positions = config.get("position_embedding_type", "absolute")
    if positions != "absolute":
        raise ModelUnsupported(folder, f"its positions are {positions!r}")
    if config.get("is_decoder"):
        raise ModelUnsupported(folder, "it is a decoder")


def _first_position(config: Mapping[str, Any]) -> int:
    if config["model_type"] == "bert":
        return 0
    return int(config.get("pad_token_id", 1)) + 1


def _module_paths(folder: Path) -> dict[str, str]:
    """Sub-folder of each module by the class it names; mean pooling when none are listed."""
    path = folder / "modules.json"
    if not path.is_file():
        return {"Transformer": ""}
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        modules = {str(entry["type"]).rsplit(".", 1)[-1]: str(entry["path"]) for entry in listed}
    except (ValueError, TypeError, KeyError) as broken:
        raise ModelUnsupported(folder, f"modules.json is unreadable ({broken})") from broken
    for module in modules:
        if module not in _MODULES:
            raise ModelUnsupported(folder, f"it has a {module} module")
    if modules.get("Transformer") != "":
        raise ModelUnsupported(folder, "its transformer does not lie in the folder itself")
    return modules


def _pooling(folder: Path, modules: Mapping[str, str]) -> Pooling:
    if "Pooling" not in modules:
        return "mean"
    config = _read_json(folder / modules["Pooling"], "config.json")
    named = config.get("pooling_mode")
    if named is None:
        prefix = "pooling_mode_"
        modes = [key.removeprefix(prefix) for key in config if key.startswith(prefix)]
        chosen = [mode for mode in modes if config[prefix + mode] is True]
    else:
        chosen = [named] if isinstance(named, str) else [str(mode) for mode in named]
    if chosen in (["mean_tokens"], ["mean"]):
        return "mean"
    if chosen in (["cls_token"], ["cls"]):
        return "cls"
    raise ModelUnsupported(folder, f"its pooling is {' + '.join(chosen) or 'not named'}")


def _max_length(
    folder: Path, config: Mapping[str, Any], sentence: Mapping[str, Any], first_position: int
) -> int:
    """Tokens the model was trained to read; never more than it has positions for."""
    positions = int(config["max_position_embeddings"]) - first_position
    tokenizer = _read_json(folder, "tokenizer_config.json")
    wanted = sentence.get("max_seq_length") or tokenizer.get("model_max_length") or positions
    return min(int(wanted), positions)


def _prompts(folder: Path) -> tuple[str, str]:
    """What E5-like models want before a query and before a document; else nothing."""
    config = _read_json(folder, "config_sentence_transformers.json")
    prompts = config.get("prompts") or {}
    default = str(prompts.get(config.get("default_prompt_name"), ""))
    query = str(prompts.get("query", default))
    for name in ("document", "passage", "corpus"):
        if name in prompts:
            return query, str(prompts[name])
    return query, default
