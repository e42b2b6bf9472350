"""What the bot says when: without a band, without a socket. `./test.sh` runs this."""

import unittest

from bot import SONGS, Bot


class TheBot(unittest.TestCase):
    def setUp(self):
        self.said = []
        self.bot = Bot("me", lambda address, *args: self.said.append((address, *args)))

    def play(self, bars):
        for tick in range(bars * 64):
            self.bot.hear("/mc/time", [120.0, tick])

    def last(self, topic):
        return [said[2:] for said in self.said if said[:2] == (f"/broadcast/{topic}", "me")][-1]

    def test_every_bar_has_its_chord(self):
        for n in range(4):
            self.bot.bar(n)
            self.assertEqual(self.last("notepool"), tuple(60 + pitch for pitch in SONGS[0][n]))

    def test_a_phrase_brings_the_plan_of_the_next(self):
        self.play(5)
        plans = [said for said in self.said if said[0] == "/broadcast/plan/chords"]
        self.assertEqual(len(plans), 2)

    def test_it_answers_a_chord_with_the_song_that_begins_like_it(self):
        self.bot.hear("/broadcast/notepool", ["other", 62, 65, 69])
        self.play(5)
        self.assertEqual(self.last("notepool"), (62, 65, 69))

    def test_it_leaves_room_and_follows_its_fader(self):
        self.bot.hear("/broadcast/hdensity", ["other", 0.5])
        self.bot.hear("/agent/gain", [0.5])
        self.play(1)
        self.assertEqual(self.last("hdensity"), (0.25,))

    def test_it_does_not_listen_to_itself(self):
        self.bot.hear("/broadcast/hdensity", ["me", 1.0])
        self.assertEqual(self.bot.hdensity, 0.0)

    def test_onoff_silences_it(self):
        self.bot.hear("/broadcast/onoff", ["Conductor", 0])
        self.play(2)
        self.assertEqual(self.said, [])


if __name__ == "__main__":
    unittest.main()
