//! Which arithmetic the machine has. The same source is compiled for each level; a machine takes
//! the widest it can at run time.

use std::sync::OnceLock;

/// How wide the machine computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// What every machine of its kind has.
    Portable,
    /// x86 with 8 numbers at a time, and multiplication and addition in one.
    Avx2,
    /// x86 with 16 at a time.
    Avx512,
}

impl Level {
    /// The widest of this machine.
    pub(crate) fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(Self::detect)
    }

    #[cfg(target_arch = "x86_64")]
    fn detect() -> Self {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
            Self::Avx512
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            Self::Avx2
        } else {
            Self::Portable
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detect() -> Self {
        Self::Portable
    }

    /// All levels that this machine can take.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        match Self::best() {
            Self::Portable => vec![Self::Portable],
            Self::Avx2 => vec![Self::Portable, Self::Avx2],
            Self::Avx512 => vec![Self::Portable, Self::Avx2, Self::Avx512],
        }
    }
}

/// Defines `$name` as `$inner` compiled for each level, and chosen by the level that comes first.
macro_rules! at_each_level {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $inner:ident) => {
        $(#[$doc])*
        #[expect(unsafe_code, reason = "the level says that the machine has these instructions")]
        $vis fn $name(level: $crate::kernels::Level, $($arg: $type),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $type),*) {
                $inner($($arg),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn avx512($($arg: $type),*) {
                $inner($($arg),*);
            }
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: only a machine that has them is given this level.
                $crate::kernels::Level::Avx2 => unsafe { avx2($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the same.
                $crate::kernels::Level::Avx512 => unsafe { avx512($($arg),*) },
                _ => $inner($($arg),*),
            }
        }
    };
}
pub(crate) use at_each_level;
