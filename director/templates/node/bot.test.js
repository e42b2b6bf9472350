// What the bot says when: without a band, without a socket. `./test.sh` runs this.

import assert from "node:assert/strict";
import test from "node:test";
import { Bot, SONGS } from "./bot.js";

/** A bot, and the last it said of a topic, as plain values. */
function rehearse() {
  const said = [];
  const bot = new Bot("me", (address, id, ...args) => said.push([address, id, args.map((arg) => arg.value ?? arg)]));
  const last = (topic) => said.findLast(([address, id]) => address === `/broadcast/${topic}` && id === "me")?.[2];
  const play = (bars) => {
    for (let tick = 0; tick < bars * 64; tick++) bot.hear("/mc/time", [120, tick]);
  };
  return { bot, said, last, play };
}

test("every bar has its chord", () => {
  const { bot, last } = rehearse();
  for (let n = 0; n < 4; n++) {
    bot.bar(n);
    assert.deepEqual(last("notepool"), SONGS[0][n].map((pitch) => 60 + pitch));
  }
});

test("a phrase brings the plan of the next", () => {
  const { said, play } = rehearse();
  play(5);
  assert.equal(said.filter(([address]) => address === "/broadcast/plan/chords").length, 2);
});

test("it answers a chord with the song that begins like it", () => {
  const { bot, last, play } = rehearse();
  bot.hear("/broadcast/notepool", ["other", 62, 65, 69]);
  play(5);
  assert.deepEqual(last("notepool"), [62, 65, 69]);
});

test("it leaves room and follows its fader", () => {
  const { bot, last, play } = rehearse();
  bot.hear("/broadcast/hdensity", ["other", 0.5]);
  bot.hear("/agent/gain", [0.5]);
  play(1);
  assert.deepEqual(last("hdensity"), [0.25]);
});

test("it does not listen to itself", () => {
  const { bot } = rehearse();
  bot.hear("/broadcast/hdensity", ["me", 1]);
  assert.equal(bot.hdensity, 0);
});

test("onoff silences it", () => {
  const { bot, said, play } = rehearse();
  bot.hear("/broadcast/onoff", ["Conductor", 0]);
  play(2);
  assert.deepEqual(said, []);
});
