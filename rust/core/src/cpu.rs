//! The vector instructions of this machine.
//!
//! Owns which code path a process takes, and the proof that the machine has its instructions. One idea: **a token such as
//! [`Avx2`] is created only where the machine has the instructions**, so a function that takes a token may call code that
//! is compiled for them.

use std::sync::LazyLock;

/// The code that a kernel runs. All paths give the same results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodePath {
    /// Safe, portable code.
    Scalar,
    /// AVX2 and BMI2.
    Avx2,
    /// AVX-512 F, BW, DQ and VL, and BMI2. Some kernels also need VBMI and VBMI2, and run scalar code without them.
    Avx512,
}

impl CodePath {
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

    /// The path that the environment variable `NUMGUARD_PROBE` names (`scalar`, `avx2`, `avx512`) if the machine has it,
    /// otherwise the fastest path of the machine. Determined once.
    #[must_use]
    pub fn chosen() -> Self {
        static CHOSEN: LazyLock<CodePath> = LazyLock::new(|| {
            let name = std::env::var("NUMGUARD_PROBE").ok();
            let is_named = |path: &CodePath| name.as_deref() == Some(path.name());
            let named = CodePath::ALL.into_iter().find(is_named);
            named
                .into_iter()
                .chain(CodePath::ALL.into_iter().rev())
                .find(|path| path.is_available())
                .unwrap_or(CodePath::Scalar)
        });
        *CHOSEN
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86_64::{Avx2, Avx512, Avx512Vbmi};

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::CodePath;

    /// Defines a token, and the method of [`CodePath`] that returns it.
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

            impl CodePath {
                #[doc = concat!("A token of [`", stringify!($name), "`], if this is its path and the machine has the instructions.")]
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
        /// This machine has the instructions of [`Avx512`], and the byte permutes of VBMI and VBMI2.
        Avx512Vbmi, avx512_vbmi of Avx512: "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "avx512vbmi2",
            "bmi1", "bmi2", "popcnt"
    }
}
