// {{name}}: a musebot that leads with words. It tells the band its chords, and leaves it room.
//
// This file is yours; musebot.js speaks the protocol and can stay as it is. `./test.sh` tests both.

import { Musebot, int } from "./musebot.js";

// A song is four chords, a bar each. A chord is its pitches in semitones above C: C E G is [0, 4, 7].
export const SONGS = [
  [[0, 4, 7], [9, 12, 16], [5, 9, 12], [7, 11, 14]], // C Am F G
  [[9, 12, 16], [5, 9, 12], [0, 4, 7], [7, 11, 14]], // Am F C G
  [[2, 5, 9], [7, 11, 14], [0, 4, 7], [9, 12, 16]], // Dm G C Am
];

export class Bot extends Musebot {
  songs = SONGS;

  /** At every bar line; the first bar is 0. */
  bar(n) {
    if (n % 4 === 0 || !this.song) {
      this.song = this.coming ?? this.songs[0];
      this.coming = this.choose(n);
      // The plan is for the next four bars, so that nobody is taken by surprise.
      this.say("plan/chords", ...this.coming.map((chord) => chord.join(" ")));
      this.say("plan/chordDuration", int(1), int(1), int(1), int(1));
    }
    // The notepool is for this bar, as MIDI notes.
    this.say("notepool", ...this.song[n % 4].map((pitch) => int(60 + pitch)));
    // The busier the others are, the less we ask for; and our fader counts too.
    this.say("hdensity", this.gain * (1 - this.hdensity));
  }

  /** The song that begins most like what was heard; while nobody says a chord, each song twice. */
  choose(n) {
    if (this.notepool.length === 0) return this.songs[Math.floor((n + 4) / 8) % this.songs.length];
    const heard = new Set(this.notepool.map((pitch) => pitch % 12));
    const likeness = (song) => song[0].filter((pitch) => heard.has(pitch % 12)).length;
    return this.songs.reduce((best, song) => (likeness(song) > likeness(best) ? song : best));
  }

  /** Somebody asks for new material: the songs come in another order. */
  initialize() {
    const turn = 1 + Math.floor(Math.random() * (this.songs.length - 1));
    this.songs = [...this.songs.slice(turn), ...this.songs.slice(0, turn)];
  }
}
