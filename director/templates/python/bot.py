"""{{name}}: a musebot that leads with words. It tells the band its chords, and leaves it room.

This file is yours; musebot.py speaks the protocol and can stay as it is. `./test.sh` tests both.
"""

import random

from musebot import Musebot, play

# A song is four chords, a bar each. A chord is its pitches in semitones above C: C E G is (0, 4, 7).
SONGS = [
    [(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)],  # C Am F G
    [(9, 12, 16), (5, 9, 12), (0, 4, 7), (7, 11, 14)],  # Am F C G
    [(2, 5, 9), (7, 11, 14), (0, 4, 7), (9, 12, 16)],  # Dm G C Am
]


class Bot(Musebot):
    songs = SONGS
    song = coming = None

    def bar(self, n):
        """At every bar line; the first bar is 0."""
        if n % 4 == 0 or self.song is None:
            self.song = self.coming or self.songs[0]
            self.coming = self.choose(n)
            # The plan is for the next four bars, so that nobody is taken by surprise.
            self.say("plan/chords", *(" ".join(map(str, chord)) for chord in self.coming))
            self.say("plan/chordDuration", 1, 1, 1, 1)
        # The notepool is for this bar, as MIDI notes.
        self.say("notepool", *(60 + pitch for pitch in self.song[n % 4]))
        # The busier the others are, the less we ask for; and our fader counts too.
        self.say("hdensity", self.gain * (1.0 - self.hdensity))

    def choose(self, n):
        """The song that begins most like what was heard; while nobody says a chord, each song twice."""
        if not self.notepool:
            return self.songs[(n + 4) // 8 % len(self.songs)]
        heard = {pitch % 12 for pitch in self.notepool}
        return max(self.songs, key=lambda song: len(heard & {pitch % 12 for pitch in song[0]}))

    def initialize(self):
        """Somebody asks for new material."""
        self.songs = random.sample(self.songs, len(self.songs))


if __name__ == "__main__":
    play(Bot)
