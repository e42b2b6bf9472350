//! Reading the keys of a table without stopping at the first fault.

use super::{Fault, nearest::nearest};
use std::{fmt::Display, ops::Range, str::FromStr};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A table of the file whose keys are known.
pub(crate) struct Fields<'a> {
    table: &'a DeTable<'a>,
    /// Where the table is: for an array of tables, its header.
    pub(crate) span: Range<usize>,
}

/// A value of the file, and where it stands.
pub(crate) struct Field<'a> {
    pub(crate) key: Range<usize>,
    pub(crate) span: Range<usize>,
    pub(crate) value: &'a DeValue<'a>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { table, span }
    }

    /// Reports the keys that are not among `known`; `hint` may know what is meant by one.
    pub(crate) fn only(
        &self,
        what: &str,
        known: &[&str],
        faults: &mut Vec<Fault>,
        hint: impl Fn(&str) -> Option<String>,
    ) {
        for (key, _) in self.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            let word = key.get_ref().as_ref();
            let hint = hint(word)
                .or_else(|| nearest(word, known.iter().copied()).map(|meant| format!("did you mean `{meant}`?")))
                .unwrap_or_else(|| format!("known keys: {}", known.join(", ")));
            faults.push(Fault::new(key.span(), format!("`{word}` is not a key of {what}"), hint));
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Field<'a>> {
        let (key, value) = self.table.get_key_value(key)?;
        Some(Field { key: key.span(), span: value.span(), value: value.get_ref() })
    }

    /// Every key with its value, in the order of the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, Field<'a>)> {
        let mut all: Vec<_> =
            self.table.iter().map(|(key, value)| (key.get_ref().as_ref(), field(key.span(), value))).collect();
        all.sort_by_key(|(_, field)| field.key.start);
        all.into_iter()
    }

    /// Reads one key, if it is there and its value is right.
    pub(crate) fn read<T>(
        &self,
        key: &str,
        faults: &mut Vec<Fault>,
        read: impl FnOnce(&Field<'a>) -> Result<T, Fault>,
    ) -> Option<T> {
        read(&self.get(key)?).map_err(|fault| faults.push(fault)).ok()
    }

    /// Like [`Self::read`], for a key that cannot be left out.
    pub(crate) fn need<T>(
        &self,
        key: &str,
        what: &str,
        example: &str,
        faults: &mut Vec<Fault>,
        read: impl FnOnce(&Field<'a>) -> Result<T, Fault>,
    ) -> Option<T> {
        if self.get(key).is_none() {
            faults.push(Fault::new(self.span.clone(), format!("{what} has no `{key}`"), format!("add `{example}`")));
        }
        self.read(key, faults, read)
    }
}

fn field<'a>(key: Range<usize>, value: &'a Spanned<DeValue<'a>>) -> Field<'a> {
    Field { key, span: value.span(), value: value.get_ref() }
}

impl<'a> Field<'a> {
    /// A fault of this value.
    pub(crate) fn fault(&self, message: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault::new(self.span.clone(), message, hint)
    }

    fn wrong_type(&self, expected: &str) -> Fault {
        let (a, got) = match self.value {
            DeValue::String(_) => ("", "text"),
            DeValue::Integer(_) => ("a ", "whole number"),
            DeValue::Float(_) => ("a ", "number"),
            DeValue::Boolean(_) => ("", "true or false"),
            DeValue::Datetime(_) => ("a ", "date or time"),
            DeValue::Array(_) => ("a ", "list"),
            DeValue::Table(_) => ("a ", "table"),
        };
        let hint = match (self.value, expected) {
            (DeValue::String(text), "a number" | "a whole number") if text.trim().parse::<f64>().is_ok() => {
                format!("write {} without quotes", text.trim())
            }
            (DeValue::String(text), "true or false") if ["true", "false"].contains(&text.trim()) => {
                format!("write {} without quotes", text.trim())
            }
            (DeValue::Integer(number), "text") => format!("write \"{number}\""),
            (DeValue::Float(number), "text") => format!("write \"{number}\""),
            _ => format!("write {expected}"),
        };
        self.fault(format!("expected {expected}, found {a}{got}"), hint)
    }

    pub(crate) fn text(&self) -> Result<&'a str, Fault> {
        match self.value {
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong_type("text")),
        }
    }

    /// Text for a person: a name of a section or a group.
    pub(crate) fn name(&self) -> Result<String, Fault> {
        let name = self.text()?;
        if name.trim().is_empty() {
            Err(self.fault("the name is empty", "write a name"))
        } else if name.chars().count() > 64 || name.chars().any(char::is_control) {
            Err(self.fault("this is not a name", "at most 64 letters, on one line"))
        } else {
            Ok(name.to_owned())
        }
    }

    pub(crate) fn bool(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// A finite number.
    pub(crate) fn number(&self) -> Result<f64, Fault> {
        let number = match self.value {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n as f64),
            _ => return Err(self.wrong_type("a number")),
        };
        number.filter(|n| n.is_finite()).ok_or_else(|| self.fault("this number is too large", "write a smaller one"))
    }

    pub(crate) fn number_in(&self, range: std::ops::RangeInclusive<f64>, what: &str) -> Result<f64, Fault> {
        let number = self.number()?;
        if range.contains(&number) {
            return Ok(number);
        }
        let (least, most) = (range.start(), range.end());
        Err(self.fault(format!("{what} is between {least} and {most}, not {number}"), between(least, most)))
    }

    pub(crate) fn whole(&self) -> Result<i64, Fault> {
        match self.value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| self.fault("this number is too large", "write a smaller one")),
            DeValue::Float(_) => match self.number() {
                Ok(number) if number.fract() == 0.0 && number.abs() < 1e15 => Ok(number as i64),
                _ => Err(self.wrong_type("a whole number")),
            },
            _ => Err(self.wrong_type("a whole number")),
        }
    }

    pub(crate) fn whole_in(&self, range: std::ops::RangeInclusive<u32>, what: &str) -> Result<u32, Fault> {
        let number = self.whole()?;
        let (least, most) = (range.start(), range.end());
        match u32::try_from(number) {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(self.fault(format!("{what} is between {least} and {most}, not {number}"), between(least, most))),
        }
    }

    /// A number from 0 to 2^64 − 1, which is more than TOML promises but not more than it can write.
    pub(crate) fn seed(&self) -> Result<u64, Fault> {
        match self.value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| self.fault("a seed is between 0 and 18446744073709551615", "write another whole number")),
            _ => Err(self.wrong_type("a whole number")),
        }
    }

    /// Text that a checked type reads.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&self, hint: &str) -> Result<T, Fault> {
        self.text()?.parse().map_err(|error: T::Err| self.fault(error.to_string(), hint))
    }

    /// One word of a list.
    pub(crate) fn choice<T: Copy>(&self, what: &str, words: &[(T, &str)]) -> Result<T, Fault> {
        let text = self.text()?;
        if let Some((choice, _)) = words.iter().find(|(_, word)| *word == text) {
            return Ok(*choice);
        }
        let all = words.iter().map(|(_, word)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let hint = match nearest(text, words.iter().map(|(_, word)| *word)) {
            Some(meant) => format!("did you mean \"{meant}\"? ({all})"),
            None => format!("one of {all}"),
        };
        Err(self.fault(format!("`{text}` is not {what}"), hint))
    }

    /// The elements of a list; a single value is a list of one.
    pub(crate) fn one_or_more(&self) -> Vec<Field<'a>> {
        match self.value {
            DeValue::Array(list) => list.iter().map(|item| field(self.key.clone(), item)).collect(),
            _ => vec![Field { key: self.key.clone(), span: self.span.clone(), value: self.value }],
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<Field<'a>>, Fault> {
        if self.value.is_array() { Ok(self.one_or_more()) } else { Err(self.wrong_type("a list")) }
    }

    pub(crate) fn table(&self) -> Result<Fields<'a>, Fault> {
        match self.value {
            DeValue::Table(table) => Ok(Fields::new(table, self.span.clone())),
            _ => Err(self.wrong_type("a table")),
        }
    }

    /// The tables that begin with `[[name]]`.
    pub(crate) fn tables(&self, name: &str, faults: &mut Vec<Fault>) -> Vec<Fields<'a>> {
        match self.value {
            DeValue::Array(_) => {}
            DeValue::Table(_) => {
                let message = format!("`{name}` is a list: each {name} begins with its own header");
                faults.push(Fault::new(self.key.clone(), message, format!("write [[{name}]]")));
                return Vec::new();
            }
            _ => {
                faults.push(Fault::new(
                    self.key.clone(),
                    format!("`{name}` is not a value"),
                    format!("write [[{name}]] and its keys below"),
                ));
                return Vec::new();
            }
        }
        let tables = self.one_or_more();
        tables.iter().filter_map(|item| item.table().map_err(|fault| faults.push(fault)).ok()).collect()
    }
}

fn between(least: impl Display, most: impl Display) -> String {
    format!("write a number from {least} to {most}")
}
