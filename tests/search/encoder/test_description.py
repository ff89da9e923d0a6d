"""What a model folder says, and which folders are refused by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search.encoder.description import describe_model
from search.encoder.errors import ModelUnsupported


def test_the_default_model_as_published(real_model: Path) -> None:
    model = describe_model(real_model.with_name("source"))
    assert (model.layers, model.heads, model.dimensions) == (6, 12, 384)
    assert (model.pooling, model.max_length, model.lower_case) == ("mean", 256, False)


def test_roberta_counts_positions_after_its_padding(make_model: Callable[..., Path]) -> None:
    model = describe_model(make_model(model_type="xlm-roberta", pad_token_id=1))
    assert (model.first_position, model.max_length) == (2, 22)


def test_prompts_of_queries_and_documents(make_model: Callable[..., Path]) -> None:
    model = describe_model(make_model(prompts={"query": "query: ", "passage": "passage: "}))
    assert (model.query_prompt, model.document_prompt) == ("query: ", "passage: ")


def test_pooling_may_be_named_in_one_word(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}')
    assert describe_model(folder).pooling == "cls"


def test_a_plain_transformer_folder_pools_by_mean(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    (folder / "modules.json").unlink()
    assert describe_model(folder).pooling == "mean"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model_type": "mpnet"}, "architecture is 'mpnet'"),
        ({"hidden_act": "swish"}, "activation is 'swish'"),
        ({"position_embedding_type": "relative_key"}, "positions are 'relative_key'"),
        ({"is_decoder": True}, "decoder"),
        ({"pooling": "max_tokens"}, "pooling is max_tokens"),
        ({"modules": ("Transformer", "Pooling", "Dense")}, "Dense module"),
    ],
)
def test_what_we_would_get_wrong_is_refused(
    make_model: Callable[..., Path], changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ModelUnsupported, match=reason):
        describe_model(make_model(**changes))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_an_incomplete_folder_says_what_it_lacks(
    make_model: Callable[..., Path], name: str
) -> None:
    folder = make_model()
    (folder / name).unlink()
    with pytest.raises(ModelUnsupported, match=f"no {name}"):
        describe_model(folder)


@pytest.mark.parametrize("name", ["config.json", "modules.json", "1_Pooling/config.json"])
def test_broken_json_is_refused_not_raised(make_model: Callable[..., Path], name: str) -> None:
    folder = make_model()
    (folder / name).write_text("{")
    with pytest.raises(ModelUnsupported):
        describe_model(folder)


def test_config_without_a_needed_number_names_it(make_model: Callable[..., Path]) -> None:
    folder = make_model()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelUnsupported, match="lacks"):
        describe_model(folder)
