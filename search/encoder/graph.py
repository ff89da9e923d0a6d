"""Write a BERT-family sentence model as an ONNX graph, so that it runs without torch.

Token ids go in, one unit-length vector per text comes out: embeddings, encoder layers,
pooling and normalisation are one graph. How numbers are stored (float, or int8 in
`quantise.py`) is the business of the `Precision` passed in.

There is no attention mask: a call carries one text, or texts of one length, and never
padding. Int8 rounds activations to the range of the whole call, so that a text padded into
a batch got another vector than alone (cosine down to .97, measured); one text per call
gives one text one vector, for a tenth of the speed.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from search.encoder.description import ModelDescription
from search.encoder.errors import ModelUnsupported

# LayerNormalization is an operator since 17, Gelu since 20; IR 10 is what opset 20 shipped
# with, so that a runtime somewhat older than our onnx still reads the file.
_OPSET = 20
_IR_VERSION = 10

Weights = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float32]


class GraphWriter:
    """Collects nodes and constants under generated names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """One node; the name of its first output (further ones end in .1, .2 …)."""
        name = f"{operator}_{len(self.nodes)}"
        names = [name, *(f"{name}.{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, list(inputs), names, name, **attributes))
        return name

    def constant(self, value: Any) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


class Precision(Protocol):
    """How big matrices are kept and multiplied."""

    def multiply(self, writer: GraphWriter, values: str, matrix: Floats) -> str: ...

    def look_up(self, writer: GraphWriter, rows: str, table: Floats) -> str: ...


class FloatPrecision:
    """Weights as they were trained: the yardstick that int8 is held against."""

    def multiply(self, writer: GraphWriter, values: str, matrix: Floats) -> str:
        return writer.add("MatMul", values, writer.constant(matrix))

    def look_up(self, writer: GraphWriter, rows: str, table: Floats) -> str:
        return writer.add("Gather", writer.constant(table), rows, axis=0)


def build_graph(model: ModelDescription, weights: Weights, precision: Precision) -> onnx.ModelProto:
    """The whole model, from token ids to unit vectors, as one checked ONNX model."""
    layout = _Layout(model, _without_prefix(weights), precision, GraphWriter())
    hidden = layout.embeddings()
    for number in range(model.layers):
        hidden = layout.layer(number, hidden)
    layout.unit_vectors(layout.pooled(hidden))
    return _as_model(layout.writer, model)


def _without_prefix(weights: Weights) -> Weights:
    """Some folders save `bert.embeddings…`, some `embeddings…`: the same model."""
    marker = "embeddings.word_embeddings.weight"
    for name in weights:
        if name.endswith(marker):
            prefix = name.removesuffix(marker)
            return {key.removeprefix(prefix): value for key, value in weights.items()}
    return weights


def _as_model(writer: GraphWriter, model: ModelDescription) -> onnx.ModelProto:
    graph = helper.make_graph(
        writer.nodes,
        "sentence-encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", model.dimensions])],
        writer.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET)]
    proto = helper.make_model(graph, opset_imports=opsets, producer_name="matchmaker")
    proto.ir_version = _IR_VERSION
    onnx.checker.check_model(proto)
    return proto


class _Layout:
    """The parts of one BERT, each appended to the writer in the order of the forward pass."""

    def __init__(
        self,
        model: ModelDescription,
        weights: Weights,
        precision: Precision,
        writer: GraphWriter,
    ) -> None:
        self.model = model
        self.weights = weights
        self.precision = precision
        self.writer = writer

    def embeddings(self) -> str:
        add, constant = self.writer.add, self.writer.constant
        words = self.precision.look_up(
            self.writer, "ids", self._weight("embeddings.word_embeddings.weight")
        )
        # A single text is always of token type 0, so its row is folded into the positions.
        positions = self._weight("embeddings.position_embeddings.weight")
        positions = positions + self._weight("embeddings.token_type_embeddings.weight")[0]
        first = self.model.first_position
        usable = constant(positions[first : first + self.model.max_length])
        length = add("Shape", "ids", start=1, end=2)
        begin, axis = constant(np.array([0])), constant(np.array([0]))
        placed = add("Add", words, add("Slice", usable, begin, length, axis))
        return self._layer_norm(placed, "embeddings.LayerNorm")

    def layer(self, number: int, hidden: str) -> str:
        add = self.writer.add
        at = f"encoder.layer.{number}."
        attended = self._dense(self._attention(at, hidden), at + "attention.output.dense")
        hidden = self._layer_norm(add("Add", attended, hidden), at + "attention.output.LayerNorm")
        inner = self._activation(self._dense(hidden, at + "intermediate.dense"))
        outer = self._dense(inner, at + "output.dense")
        return self._layer_norm(add("Add", outer, hidden), at + "output.LayerNorm")

    def pooled(self, hidden: str) -> str:
        add, constant = self.writer.add, self.writer.constant
        if self.model.pooling == "cls":
            return add("Gather", hidden, constant(np.int64(0)), axis=1)
        # Dividing by the number of tokens is left out: the length becomes one next anyway.
        return add("ReduceSum", hidden, constant(np.array([1])), keepdims=0)

    def unit_vectors(self, pooled: str) -> None:
        add, constant = self.writer.add, self.writer.constant
        length = add("ReduceL2", pooled, constant(np.array([1])), keepdims=1)
        safe = add("Max", length, constant(np.float32(1e-12)))
        self.writer.nodes.append(helper.make_node("Div", [pooled, safe], ["vectors"]))

    def _attention(self, at: str, hidden: str) -> str:
        """Every token gathers from the others; query, key and value in one product."""
        add, constant = self.writer.add, self.writer.constant
        model = self.model
        width = model.dimensions // model.heads
        matrix, bias = self._query_key_value(at + "attention.self.", width)
        product = self.precision.multiply(self.writer, hidden, matrix)
        together = add("Add", product, constant(bias))
        split = constant(np.array([0, 0, 3 * model.heads, width]))
        heads = add("Transpose", add("Reshape", together, split), perm=[0, 2, 1, 3])
        add("Split", heads, axis=1, num_outputs=3, outputs=3)
        query = self.writer.nodes[-1].output[0]
        key = add("Transpose", f"{query}.1", perm=[0, 1, 3, 2])
        scores = add("MatMul", query, key)
        gathered = add("MatMul", add("Softmax", scores, axis=-1), f"{query}.2")
        joined = constant(np.array([0, 0, model.dimensions]))
        return add("Reshape", add("Transpose", gathered, perm=[0, 2, 1, 3]), joined)

    def _query_key_value(self, at: str, width: int) -> tuple[Floats, Floats]:
        """The three matrices side by side; 1/√width is folded into the query's."""
        one, scale = np.float32(1), np.float32(1 / np.sqrt(width))
        parts = [(at + "query", scale), (at + "key", one), (at + "value", one)]
        matrix = [self._weight(f"{name}.weight").T * factor for name, factor in parts]
        bias = [self._weight(f"{name}.bias") * factor for name, factor in parts]
        return np.concatenate(matrix, axis=1), np.concatenate(bias)

    def _dense(self, values: str, name: str) -> str:
        matrix = np.ascontiguousarray(self._weight(f"{name}.weight").T)
        product = self.precision.multiply(self.writer, values, matrix)
        return self.writer.add("Add", product, self.writer.constant(self._weight(f"{name}.bias")))

    def _activation(self, values: str) -> str:
        if self.model.activation == "relu":
            return self.writer.add("Relu", values)
        approximate = "none" if self.model.activation == "gelu" else "tanh"
        return self.writer.add("Gelu", values, approximate=approximate)

    def _layer_norm(self, values: str, name: str) -> str:
        scale = self.writer.constant(self._weight(f"{name}.weight"))
        bias = self.writer.constant(self._weight(f"{name}.bias"))
        epsilon = self.model.layer_norm_epsilon
        return self.writer.add("LayerNormalization", values, scale, bias, epsilon=epsilon)

    def _weight(self, name: str) -> Floats:
        if name not in self.weights:
            raise ModelUnsupported(self.model.folder, f"its weights lack {name}")
        return np.asarray(self.weights[name], dtype=np.float32)
