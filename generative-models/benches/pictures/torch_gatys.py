# Begins "gatys WEIGHTS PICTURES SIZE ALPHA BETA RATE" (answered with 0), and then answers "steps COUNT" with the seconds that so many
# evaluations and steps of Adam take, and "loss" with the total loss of the last one.
import json, sys, time
import numpy as np
import torch

torch.set_num_threads(int(sys.argv[1]))
print(torch.__version__, flush=True)

LAYERS = ["1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "4_1", "4_2", "4_3", "5_1"]
STYLE, CONTENT = ["1_1", "2_1", "3_1", "4_1", "5_1"], "4_2"
MEAN = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1)


def weights(path):
    data = open(path, "rb").read()
    begin = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:begin])
    kinds = {"I8": np.int8, "F32": np.float32}

    def tensor(name):
        about = header[name]
        first, last = about["data_offsets"]
        numbers = np.frombuffer(data[begin + first : begin + last], kinds[about["dtype"]])
        return torch.tensor(numbers.reshape(about["shape"]).astype(np.float32))

    for layer in LAYERS:
        weight = tensor(f"conv{layer}.weight.q8") * tensor(f"conv{layer}.weight.scale").view(-1, 1, 1, 1)
        yield layer, weight.to(memory_format=torch.channels_last), tensor(f"conv{layer}.bias")


def features(net, x):
    found, x = {}, x * 255 - MEAN
    for layer, weight, bias in net:
        x = torch.relu_(torch.nn.functional.conv2d(x, weight, bias, padding=1))
        found[layer] = x
        if layer in ("1_2", "2_2", "3_3", "4_3"):
            x = torch.nn.functional.avg_pool2d(x, 2)
    return found


def per_place(f):
    f = f[0].permute(1, 2, 0).flatten(0, 1)
    return f.T @ f / len(f)


def begin(path, pictures, size, alpha, beta, rate):
    size, alpha, beta, rate = int(size), float(alpha), float(beta), float(rate)
    net = list(weights(path))
    both = torch.tensor(np.fromfile(pictures, np.float32).reshape(2, size, size, 3)).permute(0, 3, 1, 2)
    content, style = (p[None].contiguous(memory_format=torch.channels_last) for p in both)
    with torch.no_grad():
        p, a = features(net, content), features(net, style)
        scale = {layer: (p[layer].mean() + a[layer].mean()) / 2 for layer in LAYERS}
        grams = {layer: per_place(a[layer]) for layer in STYLE}
        p = p[CONTENT]
    x = content.clone(memory_format=torch.channels_last).requires_grad_(True)
    adam = torch.optim.Adam([x], rate)
    alpha *= 512 * 512 / size**2

    def step():
        adam.zero_grad()
        f = features(net, x)
        loss = alpha * 0.5 * ((f[CONTENT] - p) ** 2).sum() / scale[CONTENT] ** 2
        for layer in STYLE:
            squares = ((per_place(f[layer]) - grams[layer]) ** 2).sum()
            loss = loss + beta * 0.2 * squares / (4 * f[layer].shape[1] ** 2 * scale[layer] ** 4)
        loss.backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
        return loss.item()

    return step


step, loss = None, 0.0
for line in sys.stdin:
    what, *rest = line.rstrip("\n").split("\t")
    if what == "gatys":
        step = begin(*rest)
        print(0, flush=True)
    elif what == "steps":
        begun = time.perf_counter()
        for _ in range(int(rest[0])):
            loss = step()
        print(time.perf_counter() - begun, flush=True)
    else:
        print(loss, flush=True)
