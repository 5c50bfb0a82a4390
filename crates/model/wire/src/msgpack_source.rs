//! Reading msgpack in the dialect of Scope 1.13: old-spec strings, nil anywhere, Go's times.
//!
//! Newer forms are understood too: str8, bin, f32. A length is believed only as far as the bytes
//! that are really there.

use crate::limits::Account;
use crate::source::Source;
use crate::{DecodeError, Limits};
use rmp::Marker;
use scope_report::Timestamp;
use std::borrow::Cow;

pub(crate) struct MsgpackSource<'a> {
    bytes: &'a [u8],
    at: usize,
    account: Account,
}

impl<'a> MsgpackSource<'a> {
    pub(crate) fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        Self { bytes, at: 0, account: Account::new(limits) }
    }

    /// Refuses bytes after the report.
    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(self.malformed("bytes after the end of the report"))
        }
    }

    fn malformed(&self, problem: &'static str) -> DecodeError {
        DecodeError::Malformed { offset: self.at, problem }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..len).ok_or_else(|| self.malformed("the bytes end too early"))?;
        self.at += len;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.malformed("the bytes end too early"))
    }

    fn marker(&mut self) -> Result<Marker, DecodeError> {
        let [byte] = self.take_array()?;
        Ok(Marker::from_u8(byte))
    }

    /// An unsigned number of 1, 2 or 4 bytes: a length.
    fn length<const N: usize>(&mut self) -> Result<usize, DecodeError> {
        let bytes: [u8; N] = self.take_array()?;
        Ok(bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)))
    }

    fn map_length(&mut self) -> Result<usize, DecodeError> {
        match self.marker()? {
            Marker::Null => Ok(0),
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => self.length::<2>(),
            Marker::Map32 => self.length::<4>(),
            _ => Err(self.malformed("expected a map")),
        }
    }

    fn list_length(&mut self) -> Result<usize, DecodeError> {
        match self.marker()? {
            Marker::Null => Ok(0),
            Marker::FixArray(length) => Ok(usize::from(length)),
            Marker::Array16 => self.length::<2>(),
            Marker::Array32 => self.length::<4>(),
            _ => Err(self.malformed("expected a list")),
        }
    }

    /// The bytes of a string, or `None` for nil.
    fn raw(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let length = match self.marker()? {
            Marker::Null => return Ok(None),
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 | Marker::Bin8 => self.length::<1>()?,
            Marker::Str16 | Marker::Bin16 => self.length::<2>()?,
            Marker::Str32 | Marker::Bin32 => self.length::<4>()?,
            _ => return Err(self.malformed("expected a string")),
        };
        self.account.check_string(length)?;
        self.take(length).map(Some)
    }

    fn number(&mut self) -> Result<Number, DecodeError> {
        Ok(match self.marker()? {
            Marker::Null => Number::Unsigned(0),
            Marker::FixPos(value) => Number::Unsigned(u64::from(value)),
            Marker::FixNeg(value) => Number::Signed(i64::from(value)),
            Marker::U8 => Number::Unsigned(u64::from(u8::from_be_bytes(self.take_array()?))),
            Marker::U16 => Number::Unsigned(u64::from(u16::from_be_bytes(self.take_array()?))),
            Marker::U32 => Number::Unsigned(u64::from(u32::from_be_bytes(self.take_array()?))),
            Marker::U64 => Number::Unsigned(u64::from_be_bytes(self.take_array()?)),
            Marker::I8 => Number::Signed(i64::from(i8::from_be_bytes(self.take_array()?))),
            Marker::I16 => Number::Signed(i64::from(i16::from_be_bytes(self.take_array()?))),
            Marker::I32 => Number::Signed(i64::from(i32::from_be_bytes(self.take_array()?))),
            Marker::I64 => Number::Signed(i64::from_be_bytes(self.take_array()?)),
            Marker::F32 => Number::Float(f64::from(f32::from_be_bytes(self.take_array()?))),
            Marker::F64 => Number::Float(f64::from_be_bytes(self.take_array()?)),
            _ => return Err(self.malformed("expected a number")),
        })
    }
}

/// A number as it was written.
enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl<'a> Source<'a> for MsgpackSource<'a> {
    fn map(
        &mut self,
        mut entry: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let length = self.map_length()?;
        self.account.enter()?;
        for _ in 0..length {
            let key = self.text()?;
            entry(self, key)?;
        }
        self.account.leave();
        Ok(())
    }

    fn list(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let length = self.list_length()?;
        self.account.enter()?;
        for _ in 0..length {
            item(self)?;
        }
        self.account.leave();
        Ok(())
    }

    fn text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        Ok(String::from_utf8_lossy(self.raw()?.unwrap_or_default()))
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is wanted")]
    fn float(&mut self) -> Result<f64, DecodeError> {
        Ok(match self.number()? {
            Number::Unsigned(value) => value as f64,
            Number::Signed(value) => value as f64,
            Number::Float(value) => value,
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "`as` on floats takes the nearest bound")]
    fn integer(&mut self) -> Result<i64, DecodeError> {
        Ok(match self.number()? {
            Number::Unsigned(value) => i64::try_from(value).unwrap_or(i64::MAX),
            Number::Signed(value) => value,
            Number::Float(value) => value as i64,
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "`as` on floats takes the nearest bound")]
    #[expect(clippy::cast_sign_loss, reason = "`as` on floats takes the nearest bound")]
    fn unsigned(&mut self) -> Result<u64, DecodeError> {
        Ok(match self.number()? {
            Number::Unsigned(value) => value,
            Number::Signed(value) => u64::try_from(value).unwrap_or_default(),
            Number::Float(value) => value as u64,
        })
    }

    fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.marker()? {
            Marker::Null | Marker::False => Ok(false),
            Marker::True => Ok(true),
            _ => Err(self.malformed("expected a boolean")),
        }
    }

    fn timestamp(&mut self) -> Result<Timestamp, DecodeError> {
        let Some(raw) = self.raw()? else { return Ok(Timestamp::ZERO) };
        go_time(raw).ok_or_else(|| self.malformed("expected an instant"))
    }

    /// Steps over a value of any depth without recursion: the depth needs no bound here.
    fn skip(&mut self) -> Result<(), DecodeError> {
        let mut pending = 1usize;
        while pending > 0 {
            pending -= 1;
            let (skipped, values) = match self.marker()? {
                Marker::FixMap(length) => (0, 2 * usize::from(length)),
                Marker::Map16 => (0, 2 * self.length::<2>()?),
                Marker::Map32 => (0, self.length::<4>()?.saturating_mul(2)),
                Marker::FixArray(length) => (0, usize::from(length)),
                Marker::Array16 => (0, self.length::<2>()?),
                Marker::Array32 => (0, self.length::<4>()?),
                Marker::FixStr(length) => (usize::from(length), 0),
                Marker::Str8 | Marker::Bin8 => (self.length::<1>()?, 0),
                Marker::Str16 | Marker::Bin16 => (self.length::<2>()?, 0),
                Marker::Str32 | Marker::Bin32 => (self.length::<4>()?, 0),
                Marker::Ext8 => (self.length::<1>()? + 1, 0),
                Marker::Ext16 => (self.length::<2>()? + 1, 0),
                Marker::Ext32 => (self.length::<4>()?.saturating_add(1), 0),
                Marker::U8 | Marker::I8 => (1, 0),
                Marker::U16 | Marker::I16 | Marker::FixExt1 => (2, 0),
                Marker::FixExt2 => (3, 0),
                Marker::U32 | Marker::I32 | Marker::F32 => (4, 0),
                Marker::FixExt4 => (5, 0),
                Marker::U64 | Marker::I64 | Marker::F64 => (8, 0),
                Marker::FixExt8 => (9, 0),
                Marker::FixExt16 => (17, 0),
                Marker::Reserved => return Err(self.malformed("a reserved marker")),
                Marker::Null | Marker::False | Marker::True => (0, 0),
                Marker::FixPos(_) | Marker::FixNeg(_) => (0, 0),
            };
            self.take(skipped)?;
            pending = pending.saturating_add(values);
        }
        Ok(())
    }

    fn account(&mut self) -> &mut Account {
        &mut self.account
    }
}

/// Go's binary form of an instant: a version, seconds since the year 1, nanoseconds, and a zone
/// of 2 bytes (version 1) or 3 (version 2). The seconds are UTC whatever the zone. RFC 3339, which
/// Scope 1.13 choked on, is taken as well.
fn go_time(raw: &[u8]) -> Option<Timestamp> {
    match raw {
        [1, rest @ ..] if raw.len() == 15 => year_one(rest),
        [2, rest @ ..] if raw.len() == 16 => year_one(rest),
        [] => Some(Timestamp::ZERO),
        text => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

fn year_one(bytes: &[u8]) -> Option<Timestamp> {
    let (secs, rest) = bytes.split_first_chunk::<8>()?;
    let nanos = rest.first_chunk::<4>()?;
    Timestamp::from_year_one(i64::from_be_bytes(*secs), u32::from_be_bytes(*nanos)).ok()
}
