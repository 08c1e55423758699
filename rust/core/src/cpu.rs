//! The vector instructions of this machine.
//!
//! Owns which code path a process takes, and the proof that a machine has the instructions of a path. One idea: **a token
//! such as [`Avx2`] is made only where the machine has the instructions**, so that a function which takes one may call
//! code that is compiled for them.

use std::sync::LazyLock;

/// Which code a kernel runs. All give the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// Safe, portable code.
    Scalar,
    /// AVX2 and BMI2.
    Avx2,
    /// AVX-512 F, BW, DQ and VL, and BMI2; some kernels need VBMI and VBMI2 too, and run scalar code without them.
    Avx512,
}

impl Path {
    /// Every path, the slowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The name of the path in `NUMGUARD_PROBE` and in `numguard doctor`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this machine has the instructions of the path.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The fastest path that this machine has, or the one that the environment variable `NUMGUARD_PROBE` names
    /// (`scalar`, `avx2`, `avx512`) where it has that one. Looked up once.
    #[must_use]
    pub fn chosen() -> Self {
        static CHOSEN: LazyLock<Path> = LazyLock::new(|| {
            let asked = std::env::var("NUMGUARD_PROBE").ok();
            let named = |path: &Path| asked.as_deref() == Some(path.name());
            let asked = Path::ALL.into_iter().find(named);
            asked
                .into_iter()
                .chain(Path::ALL.into_iter().rev())
                .find(|path| path.is_available())
                .unwrap_or(Path::Scalar)
        });
        *CHOSEN
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86_64::{Avx2, Avx512, Avx512Vbmi};

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::Path;

    /// Defines a token, and the method of [`Path`] that gives it.
    macro_rules! token {
        ($(#[$doc:meta])* $name:ident, $method:ident of $path:ident: $($feature:tt),+) => {
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name(());

            impl $name {
                /// A token, if this machine has the instructions.
                #[inline]
                #[must_use]
                pub fn new() -> Option<Self> {
                    ($(is_x86_feature_detected!($feature))&&+).then_some(Self(()))
                }
            }

            impl Path {
                #[doc = concat!("A token of [`", stringify!($name), "`], if this is the path of it and the machine has it.")]
                #[inline]
                #[must_use]
                pub fn $method(self) -> Option<$name> {
                    if self == Self::$path { $name::new() } else { None }
                }
            }
        };
    }

    token! {
        /// This machine has AVX2, BMI1, BMI2 and POPCNT.
        Avx2, avx2 of Avx2: "avx2", "bmi1", "bmi2", "popcnt"
    }
    token! {
        /// This machine has AVX-512 F, BW, DQ and VL, BMI1, BMI2 and POPCNT.
        Avx512, avx512 of Avx512: "avx512f", "avx512bw", "avx512dq", "avx512vl", "bmi1", "bmi2", "popcnt"
    }
    token! {
        /// This machine has what [`Avx512`] says, and the byte permutes of VBMI and VBMI2.
        Avx512Vbmi, avx512_vbmi of Avx512: "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "avx512vbmi2",
            "bmi1", "bmi2", "popcnt"
    }
}
