# Answers "vgg DEPTH SIZE forward|gradient SECONDS" with the seconds of the fastest, and
# "memory DEPTH SIZE forward|gradient" with the most kilobytes that this process ever had.
import sys, time
import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
print(torch.__version__, flush=True)

BLOCKS = {"16": [2, 2, 3, 3, 1], "19": [2, 2, 4, 4, 1]}


def network(depth):
    layers, channels = [], 3
    for block, (count, output) in enumerate(zip(BLOCKS[depth], [64, 128, 256, 512, 512])):
        if block:
            layers.append(nn.AvgPool2d(2))
        for _ in range(count):
            layers += [nn.Conv2d(channels, output, 3, padding=1), nn.ReLU(inplace=True)]
            channels = output
    return nn.Sequential(*layers).requires_grad_(False).to(memory_format=torch.channels_last)


def task(depth, size, way):
    net = network(depth)
    picture = torch.rand(1, 3, int(size), int(size)).to(memory_format=torch.channels_last)

    def forward():
        with torch.no_grad():
            net(picture)

    def gradient():
        pixels = picture.detach().requires_grad_(True)
        features = net(pixels)
        features.backward(features.detach())

    return forward if way == "forward" else gradient


for line in sys.stdin:
    what, depth, size, way, *seconds = line.split()
    run = task(depth, size, way)
    run()
    if what == "memory":
        run()
        with open("/proc/self/status") as status:
            print(next(l.split()[1] for l in status if l.startswith("VmHWM")), flush=True)
        continue
    best, end = float("inf"), time.perf_counter() + float(seconds[0])
    while time.perf_counter() < end:
        begun = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begun)
    print(best, flush=True)
