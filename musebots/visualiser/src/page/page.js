// Shows the newest frame, asks for the next only when it is shown, and passes on what is wished by keys.
"use strict";

const canvas = document.getElementById("canvas");
const paper = canvas.getContext("2d", { alpha: false });
const body = document.body.classList;
const modes = ["living", "paint", "plain"];
let state = { mode: "living", style: "", auto: true, strength: 0, rate: 0 };
let calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
// Never comes while nobody can see the page: then nothing is asked for, and nothing has to be painted for it.
const painted = () => new Promise((done) => requestAnimationFrame(done));

async function ask(path, options) {
    const patience = new AbortController();
    const late = setTimeout(() => patience.abort(), 12000);
    try {
        const answer = await fetch(path, { cache: "no-store", signal: patience.signal, ...options });
        return { status: answer.status, headers: answer.headers, blob: await answer.blob() };
    } finally {
        clearTimeout(late);
    }
}

// The frames.

let shown = 0;

async function look() {
    for (;;) {
        try {
            const answer = await ask(`/frame?after=${shown}`);
            if (answer.status === 200) {
                await show(answer);
                found();
            } else if (answer.status === 204) {
                found();
                if (!shown) say("Nothing has been painted yet", 6000);
            } else {
                miss(answer.status === 503 ? "Too many screens look at once" : "The visualiser cannot show this");
                await pause(1000);
            }
        } catch {
            miss("Waiting for the visualiser…");
            await pause(500);
        }
        await painted();
        if (calm) await pause(1000);
    }
}

async function show(answer) {
    const picture = await createImageBitmap(answer.blob);
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
        canvas.width = picture.width;
        canvas.height = picture.height;
    }
    paper.drawImage(picture, 0, 0);
    picture.close();
    shown = Number(answer.headers.get("X-Frame")) || 0;
}

// What is lost for a moment only, nobody needs to know.

let missing = null;

function miss(why) {
    missing ??= performance.now();
    if (performance.now() - missing >= 3000) {
        body.add("lost");
        say(why, Infinity);
    }
}

function found() {
    missing = null;
    if (body.contains("lost")) {
        body.remove("lost");
        body.remove("says");
        learn();
    }
}

// What is said.

let silence;

function say(text, milliseconds) {
    clearTimeout(silence);
    document.getElementById("status").textContent = text;
    body.add("says");
    if (milliseconds !== Infinity) silence = setTimeout(() => body.remove("says"), milliseconds);
}

async function learn() {
    try {
        const answer = await ask("/state");
        if (answer.status !== 200) return;
        state = JSON.parse(await answer.blob.text());
        const rate = state.rate ? ` · ${state.rate.toFixed(1)} frames/s` : "";
        document.getElementById("state").textContent = describe() + rate;
    } catch {
        // The frames tell whether anybody is there.
    }
}

function describe() {
    if (state.mode === "plain") return "plain";
    const strength = `${Math.round(state.strength * 100)} %`;
    return [state.mode, state.style, state.auto ? "as the music goes" : "", strength].filter(Boolean).join(" · ");
}

let teaching;

async function teach(milliseconds) {
    clearInterval(teaching);
    body.add("keys");
    const until = performance.now() + milliseconds;
    teaching = setInterval(() => (performance.now() < until ? learn() : forget()), 1000);
    await learn();
}

function forget() {
    clearInterval(teaching);
    body.remove("keys");
}

// What is wished.

async function wish(words) {
    try {
        const type = "application/x-musebot-wish";
        const answer = await ask("/wish", { method: "POST", headers: { "Content-Type": type }, body: words });
        if (answer.status !== 204) return say("The visualiser does not do that now", 2000);
        // It comes with the next frame or the next beat.
        for (const wait of [150, 500, 1000]) {
            await pause(wait);
            await learn();
            say(describe(), 2000);
        }
    } catch {
        // The frames tell whether anybody is there.
    }
}

let digits = "";
let digitsEnd;

function digit(key) {
    clearTimeout(digitsEnd);
    digits = (digits + key).slice(-2);
    digitsEnd = setTimeout(() => (digits = ""), 800);
    wish(`style ${Number(digits)}`);
}

function mode() {
    state.mode = modes[(modes.indexOf(state.mode) + 1) % modes.length];
    wish(`mode ${state.mode}`);
}

function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
}

function fit() {
    body.toggle("cover");
    try {
        localStorage.setItem("fit", body.contains("cover") ? "cover" : "contain");
    } catch {
        // A browser that keeps nothing shows all of the picture next time.
    }
}

addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
        ArrowLeft: () => wish("back"),
        ArrowRight: () => wish("next"),
        a: () => wish("auto"),
        m: mode,
        "+": () => wish("stronger"),
        "=": () => wish("stronger"),
        "-": () => wish("weaker"),
        "−": () => wish("weaker"),
        f: fullscreen,
        F11: fullscreen,
        c: fit,
        r: () => (calm = !calm),
        "?": () => (body.contains("keys") ? forget() : teach(Infinity)),
        Escape: forget,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (does && !(event.repeat && "mfcra?".includes(event.key))) does();
    else if (/^[0-9]$/.test(event.key) && !event.repeat) digit(event.key);
    else return;
    event.preventDefault();
});
addEventListener("dblclick", fullscreen);

let rest;

function stir() {
    clearTimeout(rest);
    body.remove("idle");
    rest = setTimeout(() => body.add("idle"), 2000);
}

addEventListener("pointermove", stir);
addEventListener("pointerdown", stir);

// A projector must not go to sleep; where the browser can, it is told so.

async function stayAwake() {
    if (document.hidden) return;
    try {
        await navigator.wakeLock?.request("screen");
    } catch {
        // Not here, or not now.
    }
}

document.addEventListener("visibilitychange", stayAwake);

try {
    body.toggle("cover", localStorage.getItem("fit") === "cover");
} catch {
    // Then all of the picture is shown.
}
document.getElementById("calm").hidden = !calm;
stayAwake();
stir();
teach(4000);
look();
