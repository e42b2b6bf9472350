"""The musebot protocol: ticks and words come in, words go out. This file can stay as it is."""

import asyncio
import socket
import time
from contextlib import suppress

from pythonosc.osc_packet import OscPacket
from pythonosc.udp_client import SimpleUDPClient

ALONE, FADE = 30.0, 3.2  # seconds: without an agentList, until we go; from `off` to the end


class Musebot(asyncio.DatagramProtocol):
    """What a bot knows: `notepool`, `hdensity` (the mean of the others'), `gain`. Yours: `bar`, `initialize`."""

    def __init__(self, id, send):
        self.id, self.send = id, send
        self.notepool, self.densities = [], {}
        self.gain, self.ticks_per_bar = 1.0, 64
        self.last_bar, self.on, self.off = None, True, False
        self.last_list = time.monotonic()

    def say(self, topic, *args):
        self.send(f"/broadcast/{topic}", self.id, *args)

    @property
    def hdensity(self):
        return sum(self.densities.values()) / max(1, len(self.densities))

    def datagram_received(self, data, _sender):
        with suppress(Exception):  # nothing that arrives may end us
            for packet in OscPacket(data).messages:
                self.hear(packet.message.address, packet.message.params)

    def hear(self, address, args):
        match address.split("/")[1:]:
            case ["mc", "time"]:  # 16 ticks are a beat; some get lost, so we do not wait for a certain one
                n = int(float(args[1])) // self.ticks_per_bar
                if self.on and n != self.last_bar:
                    self.last_bar = n
                    self.bar(n)
            case ["mc", "meter"]:
                self.ticks_per_bar = max(1, 64 * int(args[0]) // int(args[1]))
            case ["mc", "agentList"]:
                self.last_list = time.monotonic()
            case ["agent", "gain"]:
                self.gain = clamp(float(args[0]))
            case ["agent", "off" | "kill" | "quit"]:
                self.off = True
            case ["broadcast", "notepool"] if args[0] != self.id:
                self.notepool = [int(pitch) for pitch in numbers(args) if 0 <= pitch <= 127]
            case ["broadcast", "hdensity"] if args[0] != self.id:
                self.densities[args[0]] = clamp(numbers(args)[0])
            case ["broadcast", "onoff"] if args[0] != self.id:
                self.on = numbers(args)[0] != 0
            case ["broadcast", "initialize"] if args[0] != self.id:
                self.initialize()


def clamp(value):
    return min(1.0, max(0.0, value))


def numbers(args):
    """What comes after the speaker's id (which some forget), without the words that stray in."""
    words = args[1:] if isinstance(args[0], str) else args
    return [float(word) for word in words if str(word).replace(".", "", 1).isdigit()]


async def live(make):
    config = {"mc_hostname": "localhost", "mc_listen_port": "4747", "my_listen_port": "7480"}
    with open("config.txt", encoding="utf-8", errors="replace") as lines:
        pairs = [line.strip().split(maxsplit=1) for line in lines]
    config.update(pair for pair in reversed(pairs) if len(pair) == 2)  # the first line of a key counts
    director = SimpleUDPClient(config["mc_hostname"], int(config["mc_listen_port"]), family=socket.AF_INET)

    def send(address, *args):
        with suppress(OSError):  # the director is not there yet, or not any more
            director.send_message(address, args)

    bot, port, beats, end = make(config["id"], send), int(config["my_listen_port"]), 0, None
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: bot, local_addr=("0.0.0.0", port))
    while end is None or time.monotonic() < end:
        if beats % 8 == 0:  # the heart beats every 0.4 s
            bot.send("/agent/alive", bot.id)
        if beats % 100 == 0 and bot.last_bar is None:  # until ticks come: where we are, so as to join a band
            bot.send("/agent/hello", bot.id, port)
        if end is None and (bot.off or time.monotonic() - bot.last_list > ALONE):
            gain, end = bot.gain, time.monotonic() + FADE
        if end is not None:
            bot.gain = gain * clamp((end - time.monotonic()) / FADE)
        beats += 1
        await asyncio.sleep(0.05)


def play(make):
    with suppress(KeyboardInterrupt):
        asyncio.run(live(make))
