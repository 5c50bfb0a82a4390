//! Writing msgpack in the dialect of Scope 1.13, which knows no str8 and no bin.

use crate::sink::Sink;
use rmp::Marker;
use scope_report::Timestamp;

#[derive(Default)]
pub(crate) struct MsgpackSink(Vec<u8>);

/// The version of Go's binary form of an instant.
const GO_TIME_VERSION: u8 = 1;

/// The zone offset in minutes that Go writes for UTC.
const GO_TIME_UTC: i16 = -1;

impl MsgpackSink {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn marker(&mut self, marker: Marker) {
        self.0.push(marker.to_u8());
    }

    /// A marker with its length of 16 or 32 bits; `fixed` holds lengths below `fixed_end`.
    fn length(&mut self, len: usize, fixed: (fn(u8) -> Marker, u8), wide: (Marker, Marker)) {
        let (fixed, fixed_end) = fixed;
        match (u8::try_from(len), u16::try_from(len)) {
            (Ok(short), _) if short < fixed_end => self.marker(fixed(short)),
            (_, Ok(medium)) => {
                self.marker(wide.0);
                self.0.extend_from_slice(&medium.to_be_bytes());
            }
            _ => {
                self.marker(wide.1);
                let long = u32::try_from(len).unwrap_or(u32::MAX);
                self.0.extend_from_slice(&long.to_be_bytes());
            }
        }
    }

    fn string_length(&mut self, len: usize) {
        self.length(len, (Marker::FixStr, 32), (Marker::Str16, Marker::Str32));
    }
}

impl Sink for MsgpackSink {
    fn map(&mut self, len: usize) {
        self.length(len, (Marker::FixMap, 16), (Marker::Map16, Marker::Map32));
    }

    fn key(&mut self, key: &str) {
        self.text(key);
    }

    fn map_end(&mut self) {}

    fn list(&mut self, len: usize) {
        self.length(len, (Marker::FixArray, 16), (Marker::Array16, Marker::Array32));
    }

    fn list_end(&mut self) {}

    fn text(&mut self, text: &str) {
        self.string_length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn float(&mut self, value: f64) {
        self.marker(Marker::F64);
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn integer(&mut self, value: i64) {
        if let Ok(value) = u64::try_from(value) {
            self.unsigned(value);
        } else if let Ok(small) = i8::try_from(value) {
            if small >= -32 {
                self.marker(Marker::FixNeg(small));
            } else {
                self.marker(Marker::I8);
                self.0.extend_from_slice(&small.to_be_bytes());
            }
        } else if let Ok(value) = i16::try_from(value) {
            self.marker(Marker::I16);
            self.0.extend_from_slice(&value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.marker(Marker::I32);
            self.0.extend_from_slice(&value.to_be_bytes());
        } else {
            self.marker(Marker::I64);
            self.0.extend_from_slice(&value.to_be_bytes());
        }
    }

    fn unsigned(&mut self, value: u64) {
        if let Ok(small) = u8::try_from(value) {
            if small < 128 {
                self.marker(Marker::FixPos(small));
            } else {
                self.marker(Marker::U8);
                self.0.push(small);
            }
        } else if let Ok(value) = u16::try_from(value) {
            self.marker(Marker::U16);
            self.0.extend_from_slice(&value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.marker(Marker::U32);
            self.0.extend_from_slice(&value.to_be_bytes());
        } else {
            self.marker(Marker::U64);
            self.0.extend_from_slice(&value.to_be_bytes());
        }
    }

    fn flag(&mut self, value: bool) {
        self.marker(if value { Marker::True } else { Marker::False });
    }

    fn timestamp(&mut self, value: Timestamp) {
        let (secs, nanos) = value.to_year_one();
        let mut form = [0; 15];
        let parts = [GO_TIME_VERSION]
            .into_iter()
            .chain(secs.to_be_bytes())
            .chain(nanos.to_be_bytes())
            .chain(GO_TIME_UTC.to_be_bytes());
        for (slot, byte) in form.iter_mut().zip(parts) {
            *slot = byte;
        }
        self.string_length(form.len());
        self.0.extend_from_slice(&form);
    }

    fn nil(&mut self) {
        self.marker(Marker::Null);
    }
}
