// Starts the bot: what `npm start` and run.sh run.

import { Bot } from "./bot.js";
import { play } from "./musebot.js";

await play(Bot);
