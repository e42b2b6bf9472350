//! Finds the even grid behind uneven arrivals: a Kalman filter over the phase of the ticks and
//! the ratio of their real period to the one that the tempo promises.

/// Noise of one arrival in seconds, to begin with and at least.
const FIRST_NOISE: f64 = 0.003;
const LEAST_NOISE: f64 = 0.000_2;
/// How sure we are, before the first tick, that the conductor keeps its own tempo.
const RATE_DOUBT: f64 = 0.002;
/// How much a conductor's phase (s) and rate wander from tick to tick.
const PHASE_WANDER: f64 = 0.000_01;
const RATE_WANDER: f64 = 0.000_005;
/// So many arrivals in a row on one side of the grid, and beyond the noise, mean it has moved.
const ONE_SIDED: u32 = 12;

/// The filter.
pub(super) struct Smoother {
    phase: f64,
    rate: f64,
    /// Covariance: phase, both, rate.
    p: [f64; 3],
    noise: f64,
    run: i32,
}

impl Smoother {
    /// Begins with one arrival.
    pub(super) fn new(arrival: f64) -> Self {
        Self {
            phase: arrival,
            rate: 1.0,
            p: [FIRST_NOISE * FIRST_NOISE, 0.0, RATE_DOUBT * RATE_DOUBT],
            noise: FIRST_NOISE,
            run: 0,
        }
    }

    /// The real period over the promised one.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Takes in an arrival `nominal` seconds (by the tempo) after the last, and returns where
    /// on the grid it belongs.
    pub(super) fn observe(&mut self, arrival: f64, nominal: f64) -> f64 {
        let [p00, p01, p11] = self.p;
        let phase = self.phase + nominal * self.rate;
        let q00 = p00 + 2.0 * nominal * p01 + nominal * nominal * p11 + PHASE_WANDER * PHASE_WANDER;
        let q01 = p01 + nominal * p11;
        let q11 = p11 + RATE_WANDER * RATE_WANDER;

        let spread = (q00 + self.noise * self.noise).sqrt();
        let raw = arrival - phase;
        self.run = if raw > spread {
            self.run.max(0) + 1
        } else if raw < -spread {
            self.run.min(0) - 1
        } else {
            0
        };
        if self.run.unsigned_abs() >= ONE_SIDED {
            // The grid has moved. The rate was a guess; the phase is what we see.
            self.run = 0;
            self.phase = arrival;
            self.p = [FIRST_NOISE * FIRST_NOISE, 0.0, q11 + RATE_DOUBT * RATE_DOUBT];
            return arrival;
        }
        // An arrival far off says little: a delay on the way, not a grid that moved.
        let off = raw.clamp(-3.0 * spread, 3.0 * spread);
        self.noise += 0.02 * (off.abs() * 1.25 - self.noise);
        self.noise = self.noise.clamp(LEAST_NOISE, 0.02);

        let s = q00 + self.noise * self.noise;
        let (k0, k1) = (q00 / s, q01 / s);
        self.phase = phase + k0 * off;
        self.rate = (self.rate + k1 * off).clamp(0.9, 1.1);
        self.p = [(1.0 - k0) * q00, (1.0 - k0) * q01, q11 - k1 * q01];
        self.phase
    }
}
