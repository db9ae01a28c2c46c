//! How are numbers, sizes, lengths of time and shares written?
//!
//! Whatever has a unit is written with it; the program works with bytes and [`Duration`]s.

use std::fmt::Display;
use std::marker::PhantomData;
use std::time::Duration;

use toml::de::DeValue;

use super::kind::{Kind, Refusal};

/// A whole number.
pub(super) struct Number<T>(PhantomData<T>);

impl<T: TryFrom<u64> + Display> Kind for Number<T> {
    type Value = T;

    fn name() -> String {
        "number".into()
    }

    fn read(value: &DeValue<'_>) -> Result<T, Refusal> {
        whole_number(value)
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| Refusal::expected("a whole number", value))
    }

    fn write(value: &T) -> String {
        value.to_string()
    }
}

/// A number of bytes: `"64 KiB"`, or plain.
pub(super) struct Size<T>(PhantomData<T>);

const SIZE_UNITS: [(&str, u64); 5] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

impl<T: TryFrom<u64> + TryInto<u64> + Copy> Kind for Size<T> {
    type Value = T;

    fn name() -> String {
        "size".into()
    }

    fn read(value: &DeValue<'_>) -> Result<T, Refusal> {
        let bytes = match value {
            DeValue::String(text) => number_with_unit(text, &SIZE_UNITS),
            other => whole_number(other),
        };
        bytes
            .and_then(|bytes| T::try_from(bytes).ok())
            .ok_or_else(|| {
                Refusal::expected("a size", value)
                    .hinting("write `\"64 KiB\"`, `\"1 GiB\"` or a number of bytes")
            })
    }

    fn write(value: &T) -> String {
        let bytes: u64 = (*value).try_into().unwrap_or(u64::MAX);
        let unit = SIZE_UNITS
            .iter()
            .find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit));
        match unit {
            Some((name, unit)) => format!("\"{} {name}\"", bytes / unit),
            None => bytes.to_string(),
        }
    }
}

/// A length of time: `"200ms"`, `"5s"`, `"2m"`, `"1h"`, `"7d"`.
pub(super) struct Span;

const TIME_UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a length of time such as `200ms`, `5s`, `2m`, `1h` or `7d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    number_with_unit(text, &TIME_UNITS).map(Duration::from_millis)
}

impl Kind for Span {
    type Value = Duration;

    fn name() -> String {
        "duration".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Duration, Refusal> {
        value.as_str().and_then(parse_duration).ok_or_else(|| {
            Refusal::expected("a duration", value)
                .hinting("write `\"200ms\"`, `\"5s\"`, `\"2m\"` or `\"1h\"`")
        })
    }

    fn write(value: &Duration) -> String {
        let millis = value.as_millis();
        let unit = TIME_UNITS.iter().find(|(_, unit)| {
            let unit = u128::from(*unit);
            millis >= unit && millis.is_multiple_of(unit)
        });
        match unit {
            Some((name, unit)) => format!("\"{}{name}\"", millis / u128::from(*unit)),
            None => "\"0s\"".into(),
        }
    }
}

/// A part of a whole, from 0 to 1.
pub(super) struct Share;

impl Kind for Share {
    type Value = f64;

    fn name() -> String {
        "share".into()
    }

    fn read(value: &DeValue<'_>) -> Result<f64, Refusal> {
        let share: Option<f64> = match value {
            DeValue::Float(number) => number.as_str().parse().ok(),
            other => whole_number(other).map(|number| number as f64),
        };
        share
            .filter(|share| (0.0..=1.0).contains(share))
            .ok_or_else(|| {
                Refusal::expected("a share from 0 to 1", value).hinting("20 % is written `0.2`")
            })
    }

    fn write(value: &f64) -> String {
        format!("{value:?}")
    }
}

fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// `12 KiB` and `12KiB` by a table of units; `None` also where the product has no room in 64 bits.
fn number_with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}
