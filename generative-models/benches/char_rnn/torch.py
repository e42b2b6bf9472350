"""Answers `train CELL LAYERS HIDDEN SECONDS` and `write …` with the seconds that one takes."""

import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
VOCAB, BATCH, STEPS = 65, 50, 50


class Net(torch.nn.Module):
    def __init__(self, cell, layers, hidden):
        super().__init__()
        self.recurrent = getattr(torch.nn, cell.upper())(VOCAB, hidden, layers, batch_first=True)
        self.head = torch.nn.Linear(hidden, VOCAB)

    def forward(self, characters, state):
        one_hot = torch.nn.functional.one_hot(characters, VOCAB).float()
        out, state = self.recurrent(one_hot, state)
        return self.head(out), state


def detached(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def trainer(net):
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    text = torch.tensor([(n * n) % 61 for n in range(BATCH * STEPS + 1)])
    inputs, targets = text[:-1].view(BATCH, STEPS), text[1:].reshape(-1)
    state = None

    def once():
        nonlocal state
        logits, after = net(inputs, state)
        state = detached(after)
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, VOCAB), targets)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        adam.step()
        return loss.item()

    return once


def writer(net):
    net.eval()
    state, character = None, torch.zeros(1, 1, dtype=torch.long)

    @torch.inference_mode()
    def once():
        nonlocal state, character
        logits, state = net(character, state)
        character = logits[:, -1].argmax(-1, keepdim=True)

    return once


known = {}
print(torch.__version__, flush=True)
for line in sys.stdin:
    what, cell, layers, hidden, seconds = line.split()
    key = (what, cell, layers, hidden)
    if key not in known:
        torch.manual_seed(1)
        net = Net(cell, int(layers), int(hidden))
        known = {key: trainer(net) if what == "train" else writer(net)}
        for _ in range(3):
            known[key]()
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < float(seconds):
        known[key]()
        count += 1
    print((time.perf_counter() - begun) / count, flush=True)
