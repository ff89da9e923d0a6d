"""A made-up model of the BERT family, small enough for milliseconds: random weights, ten words."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    *("cow", "mat", "rubber", "coir", "door", "query", ":", "passage", "pepper", "black"),
]
TINY = {
    "model_type": "bert",
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "hidden_size": 32,
    "intermediate_size": 64,
    "max_position_embeddings": 24,
    "vocab_size": len(WORDS),
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
    "pad_token_id": 0,
}


def make_tiny_model(
    folder: Path,
    *,
    pooling: str = "mean_tokens",
    modules: tuple[str, ...] = ("Transformer", "Pooling", "Normalize"),
    prompts: dict[str, str] | None = None,
    prefix: str = "",
    seed: int = 7,
    **changes: Any,
) -> Path:
    """Write a sentence-transformers folder; `changes` go to its config."""
    (folder / "1_Pooling").mkdir(parents=True)
    config = TINY | changes
    write(folder / "config.json", config)
    write(folder / "1_Pooling" / "config.json", {f"pooling_mode_{pooling}": True})
    write(folder / "config_sentence_transformers.json", {"prompts": prompts or {}})
    paths = {"Transformer": "", "Pooling": "1_Pooling"}
    listed = [
        {
            "idx": number,
            "name": str(number),
            "type": f"sentence_transformers.models.{module}",
            "path": paths.get(module, module),
        }
        for number, module in enumerate(modules)
    ]
    write(folder / "modules.json", listed)
    _tokenizer().save(str(folder / "tokenizer.json"))
    weights = _random_weights(config, np.random.default_rng(seed))
    named = {prefix + key: value for key, value in weights.items()}
    save_file(named, folder / "model.safetensors")
    return folder


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _tokenizer() -> Tokenizer:
    """Padded to 128 tokens like many published ones: the trap the encoder must switch off."""
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_padding(length=128)
    return tokenizer


def _random_weights(config: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], hidden),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
        "embeddings.LayerNorm.weight": (hidden,),
        "embeddings.LayerNorm.bias": (hidden,),
    }
    for number in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{number}."
        square = ["attention.self.query", "attention.self.key", "attention.self.value"]
        dense = dict.fromkeys([*square, "attention.output.dense"], (hidden, hidden))
        dense |= {"intermediate.dense": (inner, hidden), "output.dense": (hidden, inner)}
        for part, shape in dense.items():
            shapes |= {f"{at}{part}.weight": shape, f"{at}{part}.bias": shape[:1]}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}{part}.weight": (hidden,), f"{at}{part}.bias": (hidden,)}
    return {
        name: random.normal(1 if name.endswith("LayerNorm.weight") else 0, 0.2, shape).astype("f4")
        for name, shape in shapes.items()
    }
