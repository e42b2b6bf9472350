//! What the mouth does for each sound, as an average man's: vowels and sonorants after Klatt
//! (1980) and Peterson and Barney (1952), consonants between vowels by locus equations.

use crate::words::Phone;

/// A position of the mouth, and what blows through it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    /// The lowest three formants, in Hz.
    pub(super) formants: [f32; 3],
    /// How wide they are.
    pub(super) widths: [f32; 3],
    /// How loud the tone is.
    pub(super) voice: f32,
    /// How much of the tone comes through closed lips.
    pub(super) murmur: f32,
    /// Breath through the glottis: it sounds as the formants do.
    pub(super) breath: f32,
    /// Noise that is made in the mouth.
    pub(super) hiss: f32,
    /// Its colour: two bands (Hz, width), how loud each is, and how loud the flat rest.
    pub(super) bands: [(f32, f32); 2],
    pub(super) mix: [f32; 3],
    /// Where the nose takes sound away, in Hz; [`NOSE`] when it is closed.
    pub(super) nose: f32,
}

/// The nose's own resonance.
pub(super) const NOSE: f32 = 270.0;

/// Where the tongue or the lips are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lips,
    Ridge,
    Palate,
    Velum,
}

const fn vowel(formants: [f32; 3], widths: [f32; 3]) -> Pose {
    Pose {
        formants,
        widths,
        voice: 1.0,
        murmur: 0.0,
        breath: 0.0,
        hiss: 0.0,
        bands: [(5000.0, 2000.0), (8000.0, 3000.0)],
        mix: [0.0; 3],
        nose: NOSE,
    }
}

/// Nothing sounds; the mouth as it was for something else.
pub(super) fn silent(like: Pose) -> Pose {
    Pose { voice: 0.0, murmur: 0.0, breath: 0.0, hiss: 0.0, ..like }
}

/// A vowel, by itself.
pub(super) fn open(phone: Phone) -> Pose {
    match phone {
        Phone::Iy => vowel([290.0, 2200.0, 2960.0], [50.0, 130.0, 250.0]),
        Phone::Ih => vowel([400.0, 1880.0, 2570.0], [55.0, 100.0, 140.0]),
        Phone::E => vowel([440.0, 1950.0, 2580.0], [60.0, 100.0, 160.0]),
        Phone::Eh => vowel([540.0, 1750.0, 2500.0], [60.0, 90.0, 180.0]),
        Phone::Ae => vowel([680.0, 1700.0, 2430.0], [80.0, 130.0, 250.0]),
        Phone::A => vowel([750.0, 1350.0, 2550.0], [90.0, 80.0, 170.0]),
        Phone::Aa => vowel([720.0, 1110.0, 2550.0], [100.0, 70.0, 160.0]),
        Phone::Ah => vowel([630.0, 1220.0, 2500.0], [80.0, 60.0, 140.0]),
        Phone::Ax => vowel([500.0, 1420.0, 2400.0], [80.0, 70.0, 120.0]),
        Phone::Ao => vowel([590.0, 900.0, 2500.0], [90.0, 90.0, 100.0]),
        Phone::O => vowel([470.0, 850.0, 2400.0], [70.0, 80.0, 90.0]),
        Phone::Uh => vowel([450.0, 1080.0, 2300.0], [70.0, 90.0, 90.0]),
        Phone::Uw => vowel([320.0, 1030.0, 2250.0], [60.0, 90.0, 110.0]),
        Phone::Er => vowel([470.0, 1300.0, 1640.0], [80.0, 70.0, 100.0]),
        _ => vowel([500.0, 1450.0, 2450.0], [80.0, 90.0, 130.0]),
    }
}

/// Where a consonant is made.
fn place(phone: Phone) -> Place {
    use Phone::{B, Beta, Ch, F, G, Gamma, Hh, Jh, K, M, Ng, Ny, P, Sh, V, W, X, Y, Zh};
    match phone {
        P | B | M | F | V | Beta | W => Place::Lips,
        K | G | Ng | Gamma | X | Hh => Place::Velum,
        Sh | Zh | Ch | Jh | Ny | Y => Place::Palate,
        _ => Place::Ridge,
    }
}

/// Where formants come from (or go to) when a consonant is made beside a vowel.
fn locus(place: Place, beside: Pose) -> [f32; 3] {
    let [_, second, third] = beside.formants;
    match place {
        Place::Lips => [300.0, 0.75 * second + 180.0, 0.6 * third + 780.0],
        Place::Ridge => [300.0, 0.42 * second + 1020.0, 0.35 * third + 1760.0],
        Place::Palate => [280.0, 0.35 * second + 1300.0, 0.4 * third + 1650.0],
        Place::Velum if second > 1500.0 => {
            let second = (0.55 * second + 1080.0).min(2450.0);
            [290.0, second, second + 420.0]
        }
        Place::Velum => [300.0, 0.9 * second + 270.0, 0.4 * third + 1250.0],
    }
}

/// Where the second vowel of a diphthong leads to: i and u are meant farther than they are written.
pub(super) fn offglide(from: Phone, to: Phone) -> Pose {
    let (from, meant) = (open(from), open(to));
    let formants = match to {
        Phone::Ih | Phone::Iy => [330.0, 2150.0, 2750.0],
        Phone::Uh | Phone::Uw => [350.0, 880.0, 2250.0],
        _ => meant.formants,
    };
    // It is never quite reached.
    Pose { formants: std::array::from_fn(|n| from.formants[n] + 0.88 * (formants[n] - from.formants[n])), ..meant }
}

/// A consonant's position beside a vowel; what sounds there while it is held.
pub(super) fn closed(phone: Phone, beside: Pose) -> Pose {
    use Phone::{
        B, Beta, Ch, D, Delta, Dh, F, G, Gamma, Hh, Jh, K, L, M, N, Ng, Ny, P, R, S, Sh, T, Tap, Th, Trill, V, W, X, Y,
        Z, Zh,
    };
    let formants = locus(place(phone), beside);
    let base = Pose { formants, widths: [90.0, 130.0, 200.0], ..silent(beside) };
    let sonorant = |formants, widths, voice| Pose { formants, widths, voice, ..base };
    let hissing = |hiss, bands, mix| Pose { hiss, bands, mix, widths: [200.0, 150.0, 200.0], ..base };
    // Voiced ones murmur along, and hiss less.
    let voiced = |pose: Pose, share| Pose { voice: 0.45, murmur: 0.7, hiss: pose.hiss * share, ..pose };
    let sharp = || hissing(0.42, [(5400.0, 1700.0), (8200.0, 2800.0)], [1.0, 0.75, 0.05]);
    let dull = || hissing(0.6, [(2700.0, 550.0), (4600.0, 1900.0)], [1.0, 0.55, 0.05]);
    let lips = || hissing(0.28, [(1500.0, 1500.0), (8500.0, 5000.0)], [0.25, 0.6, 0.5]);
    let teeth = || hissing(0.26, [(1600.0, 1500.0), (6500.0, 3500.0)], [0.15, 0.9, 0.35]);
    let [_, second, third] = beside.formants;
    match phone {
        Y => sonorant([270.0, 2200.0, 2980.0], [50.0, 150.0, 300.0], 0.8),
        W => sonorant([300.0, 640.0, 2180.0], [55.0, 80.0, 90.0], 0.8),
        L => sonorant([340.0, 0.25 * second + 820.0, 2800.0], [70.0, 110.0, 250.0], 0.6),
        R => sonorant([320.0, 0.15 * second + 980.0, 1450.0], [70.0, 100.0, 130.0], 0.75),
        Tap | Trill => sonorant([330.0, formants[1], formants[2]], [90.0, 130.0, 180.0], 0.35),
        M => Pose { nose: 420.0, ..sonorant([400.0, formants[1].min(1150.0), 2150.0], [60.0, 130.0, 160.0], 0.5) },
        N => Pose { nose: 440.0, ..sonorant([400.0, formants[1].max(1400.0), 2500.0], [60.0, 150.0, 180.0], 0.5) },
        Ny => Pose { nose: 440.0, ..sonorant([380.0, 1950.0, 2700.0], [60.0, 150.0, 180.0], 0.5) },
        Ng => Pose { nose: 450.0, ..sonorant([400.0, formants[1], formants[2]], [60.0, 150.0, 180.0], 0.5) },
        P | T | K | Ch => base,
        B | D | G | Jh => Pose { formants: [220.0, formants[1], formants[2]], voice: 0.2, murmur: 1.0, ..base },
        Beta | Delta | Gamma => sonorant([360.0, formants[1], formants[2]], [100.0, 150.0, 200.0], 0.5),
        F => lips(),
        V => voiced(lips(), 0.35),
        Th => teeth(),
        Dh => voiced(teeth(), 0.3),
        S => sharp(),
        Z => voiced(sharp(), 0.5),
        Sh => dull(),
        Zh => voiced(dull(), 0.6),
        X => {
            let band = (0.6 * second + 700.0).min(2200.0);
            hissing(1.0, [(band, 350.0), (third + 1000.0, 1500.0)], [1.0, 0.3, 0.05])
        }
        Hh => Pose { formants: beside.formants, breath: 0.6, widths: [180.0, 130.0, 180.0], ..base },
        _ => base,
    }
}

/// The l at the end of an English syllable: the back of the tongue is raised, nearly an o.
pub(super) fn dark_l(beside: Pose) -> Pose {
    let shut = closed(Phone::L, beside);
    Pose { formants: [430.0, 0.15 * beside.formants[1] + 640.0, 2550.0], voice: 0.7, ..shut }
}

/// The noise when a closed mouth opens suddenly: strong and short.
pub(super) fn burst(phone: Phone, beside: Pose) -> Pose {
    use Phone::{B, Ch, D, G, Jh, K, P, T};
    let shut = closed(phone, beside);
    let noise = |hiss, bands, mix| Pose { hiss, bands, mix, voice: 0.0, murmur: 0.0, ..shut };
    let compact = {
        let at = if beside.formants[1] > 1500.0 { shut.formants[1] + 350.0 } else { shut.formants[1] + 250.0 };
        [(at, 280.0), (at + 2300.0, 1200.0)]
    };
    match phone {
        P => noise(1.1, [(900.0, 900.0), (3500.0, 4000.0)], [0.7, 0.35, 0.15]),
        B => noise(0.7, [(800.0, 800.0), (3500.0, 4000.0)], [0.7, 0.3, 0.1]),
        T => noise(0.8, [(4300.0, 1500.0), (7000.0, 3000.0)], [1.0, 0.7, 0.1]),
        D => noise(0.6, [(4000.0, 1500.0), (7000.0, 3000.0)], [1.0, 0.6, 0.1]),
        K => noise(1.5, compact, [1.0, 0.25, 0.04]),
        G => noise(1.0, compact, [1.0, 0.2, 0.03]),
        Ch => noise(0.9, [(3000.0, 700.0), (4800.0, 2000.0)], [1.0, 0.6, 0.08]),
        Jh => noise(0.6, [(2900.0, 700.0), (4800.0, 2000.0)], [1.0, 0.5, 0.08]),
        _ => shut,
    }
}
