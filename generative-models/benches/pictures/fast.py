"""ONNX Runtime paints the benchmark's picture: `frames SIDE SECONDS` answers how many it has painted so far, `best SIDE`
and `median SIDE` the seconds of a frame, `number SIDE N` a number of what was painted. WEIGHTS is set in front of this."""

import json
import statistics
import struct
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

STYLES = 26
STYLE = 19


def tensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    for name, about in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in about["data_offsets"])
            numbers = np.frombuffer(data[begin:end], np.float16).reshape(about["shape"])
            yield name, numbers.astype(np.float32)


class Builder:
    def __init__(self, weights):
        self.weights = weights
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, numbers):
        self.count += 1
        self.constants.append(numpy_helper.from_array(np.asarray(numbers), f"c{self.count}"))
        return f"c{self.count}"

    def node(self, kind, *inputs, **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(kind, inputs, [f"n{self.count}"], **attributes))
        return f"n{self.count}"

    def layer(self, x, name, stride=1, relu=True):
        kernel = self.weights[f"{name}.w"]
        outputs, _, side, _ = kernel.shape
        half = side // 2
        x = self.node("Pad", x, self.constant(np.array([0, 0, half, half] * 2, np.int64)), mode="reflect")
        x = self.node("Conv", x, self.constant(kernel), kernel_shape=[side, side], strides=[stride, stride])
        mixed = (
            self.node(
                "Reshape",
                self.node("MatMul", "styles", self.constant(self.weights[f"{name}.norm.{part}"])),
                self.constant(np.array([outputs], np.int64)),
            )
            for part in ("gamma", "beta")
        )
        x = self.node("InstanceNormalization", x, *mixed, epsilon=1e-5)
        return self.node("Relu", x) if relu else x

    def enlarged(self, x):
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.node(
            "Resize", x, "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
        )

    def model(self):
        x = self.layer("picture", "contract.0")
        x = self.layer(x, "contract.1", 2)
        x = self.layer(x, "contract.2", 2)
        for block in range(6):
            y = self.layer(x, f"res.{block}.0")
            x = self.node("Add", x, self.layer(y, f"res.{block}.1", relu=False))
        x = self.layer(self.enlarged(x), "expand.0")
        x = self.layer(self.enlarged(x), "expand.1")
        x = self.node("Sigmoid", self.layer(x, "expand.2", relu=False))
        picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, None, None])
        styles = helper.make_tensor_value_info("styles", TensorProto.FLOAT, [1, STYLES])
        out = helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 3, None, None])
        graph = helper.make_graph(self.nodes, "fast", [picture, styles], [out], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model


def session(threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that still wait for the last frame's end would take a core from whoever is measured next.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(Builder(dict(tensors(WEIGHTS))).model().SerializeToString())
        file.flush()
        return onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])


def picture(side):
    y, x = np.mgrid[0:side, 0:side]
    planes = [(x * 37 + y * 11) % 64 / 63, (x * 5 + y * 29) % 32 / 31, (x * x + 3 * y) % 16 / 15]
    return np.stack(planes)[None].astype(np.float32)


def main():
    run = session(int(sys.argv[1])).run
    print(onnxruntime.__version__, flush=True)
    styles = np.zeros((1, STYLES), np.float32)
    styles[0, STYLE] = 1
    times, painted = {}, {}
    for line in sys.stdin:
        what, side, *more = line.split()
        if what == "frames":
            inputs = {"picture": picture(int(side)), "styles": styles}
            painted[side] = run(None, inputs)[0][0].transpose(1, 2, 0).reshape(-1)
            begun = time.perf_counter()
            while time.perf_counter() - begun < float(more[0]):
                before = time.perf_counter()
                run(None, inputs)
                times.setdefault(side, []).append(time.perf_counter() - before)
            print(len(times[side]), flush=True)
        elif what == "best":
            print(min(times[side]), flush=True)
        elif what == "median":
            print(statistics.median(times[side]), flush=True)
        else:
            print(painted[side][int(more[0])], flush=True)


main()
