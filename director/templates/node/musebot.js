// The musebot protocol: ticks and words come in, words go out. This file can stay as it is.

import dgram from "node:dgram";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fromBuffer, toBuffer } from "osc-min";

const ALONE = 30_000; // after so many ms without an agentList the director has gone
const FADE = 3_200; // ms from `off` to the end

/** JavaScript does not tell 1 from 1.0, OSC does: a number is sent as a float unless it says otherwise. */
export const int = (value) => ({ type: "integer", value });

const clamp = (value) => Math.min(1, Math.max(0, value)) || 0;

/** What comes after the speaker's id (which some forget), without the words that stray in. */
const numbers = (args) =>
  (typeof args[0] === "string" ? args.slice(1) : args).filter((a) => a !== "" && isFinite(a)).map(Number);

/** What a bot knows: `notepool`, `hdensity` (the mean of the others'), `gain`. Yours: `bar`, `initialize`. */
export class Musebot {
  notepool = [];
  densities = new Map();
  gain = 1;
  on = true;
  off = false;
  ticksPerBar = 64;
  lastList = performance.now();

  constructor(id, send) {
    Object.assign(this, { id, send });
  }

  say(topic, ...args) {
    this.send(`/broadcast/${topic}`, this.id, ...args);
  }

  get hdensity() {
    return [...this.densities.values()].reduce((sum, each) => sum + each, 0) / Math.max(1, this.densities.size);
  }

  hear(address, args) {
    if (address.startsWith("/broadcast/") && args[0] === this.id) return; // what we said ourselves
    switch (address) {
      case "/mc/time": { // 16 ticks are a beat; some get lost, so we do not wait for a certain one
        const bar = Math.floor(Number(args[1]) / this.ticksPerBar);
        if (this.on && Number.isFinite(bar) && bar !== this.lastBar) this.bar((this.lastBar = bar));
        break;
      }
      case "/mc/meter": this.ticksPerBar = Math.floor((64 * args[0]) / args[1]) || 64; break;
      case "/mc/agentList": this.lastList = performance.now(); break;
      case "/agent/gain": if (isFinite(args[0])) this.gain = clamp(args[0]); break;
      case "/agent/off": case "/agent/kill": case "/agent/quit": this.off = true; break;
      case "/broadcast/notepool": this.notepool = numbers(args).filter((p) => p >= 0 && p <= 127); break;
      case "/broadcast/hdensity": if (numbers(args).length) this.densities.set(args[0], clamp(numbers(args)[0])); break;
      case "/broadcast/onoff": this.on = numbers(args)[0] !== 0; break;
      case "/broadcast/initialize": this.initialize(); break;
    }
  }
}

function hearAll(bot, packet) {
  if (packet.oscType === "bundle") packet.elements.forEach((element) => hearAll(bot, element));
  else bot.hear(packet.address, packet.args.map((arg) => arg.value));
}

/** Plays until the director says off, or has gone. */
export async function play(Bot) {
  const config = { mc_hostname: "localhost", mc_listen_port: "4747", my_listen_port: "7480" };
  const lines = readFileSync("config.txt", "utf8").split("\n").map((line) => line.trim().split(/\s+/));
  for (const [key, value] of lines.reverse()) if (value) config[key] = value; // the first line of a key counts

  const socket = dgram.createSocket("udp4");
  const send = (address, ...args) =>
    socket.send(toBuffer({ address, args }), config.mc_listen_port, config.mc_hostname, () => {}); // it may be away
  const [bot, port] = [new Bot(config.id, send), Number(config.my_listen_port)];
  socket.on("message", (data) => {
    try { hearAll(bot, fromBuffer(data)); } catch { /* nothing that arrives may end us */ }
  });
  socket.bind(port);

  let end = Infinity;
  for (let beats = 0, gain; performance.now() < end; beats++) {
    if (beats % 8 === 0) send("/agent/alive", bot.id); // the heart beats every 0.4 s
    if (beats % 100 === 0 && bot.lastBar === undefined) send("/agent/hello", bot.id, int(port)); // so as to join a band
    if (end === Infinity && (bot.off || performance.now() - bot.lastList > ALONE)) {
      [gain, end] = [bot.gain, performance.now() + FADE];
    }
    if (end < Infinity) bot.gain = gain * clamp((end - performance.now()) / FADE);
    await sleep(50);
  }
  socket.close();
}
