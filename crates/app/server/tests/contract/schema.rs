//! Checks a value against a schema of the document, more strictly than JSON Schema asks.
//!
//! A key that the schema does not name is a fault, so that no answer has a part that the document
//! does not tell of; and a keyword that is not known here is one, so that none goes unchecked.

use serde_json::{Map, Value};

/// Keywords that say nothing about whether a value fits.
const NOTES: [&str; 4] = ["description", "format", "examples", "default"];

/// Faults told of one value; the first ones are what helps.
const FAULTS_MAX: usize = 20;

/// What is wrong with `value`, a line each.
pub fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut checker = Checker { document, faults: Vec::new() };
    checker.check(schema, value, "$");
    checker.faults
}

struct Checker<'a> {
    document: &'a Value,
    faults: Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, at: &str, what: &str) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(format!("{at}: {what}"));
        }
    }

    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let Some(schema) = schema.as_object() else {
            return self.fault(at, "the schema is no object");
        };
        for (keyword, wanted) in schema {
            match keyword.as_str() {
                "$ref" => {
                    let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                    let schema = self.document.pointer(pointer).unwrap().clone();
                    self.check(&schema, value, at);
                }
                "anyOf" => self.any_of(wanted.as_array().unwrap(), value, at),
                "type" => self.kind(wanted, value, at),
                "enum" if !wanted.as_array().unwrap().contains(value) => {
                    self.fault(at, &format!("{value} is none of {wanted}"));
                }
                "minimum" if value.as_f64() < wanted.as_f64() => {
                    self.fault(at, &format!("{value} is less than {wanted}"));
                }
                "enum" | "minimum" | "required" | "additionalProperties" | "properties" => {}
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, item, &format!("{at}[{index}]"));
                    }
                }
                note if NOTES.contains(&note) => {}
                other => self.fault(at, &format!("the schema has an unknown keyword `{other}`")),
            }
        }
        if let Some(value) = value.as_object()
            && !schema.contains_key("$ref")
            && !schema.contains_key("anyOf")
        {
            self.object(schema, value, at);
        }
    }

    fn any_of(&mut self, schemas: &[Value], value: &Value, at: &str) {
        let tries: Vec<_> =
            schemas.iter().map(|schema| faults(self.document, schema, value)).collect();
        if tries.iter().all(|faults| !faults.is_empty()) {
            self.fault(at, &format!("fits none of {tries:?}"));
        }
    }

    fn kind(&mut self, wanted: &Value, value: &Value, at: &str) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = |name: &str| name == kind || (name == "number" && kind == "integer");
        let fits = match wanted {
            Value::Array(kinds) => kinds.iter().any(|name| fits(name.as_str().unwrap())),
            name => fits(name.as_str().unwrap()),
        };
        if !fits {
            self.fault(at, &format!("is {kind}, not {wanted}"));
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, value: &Map<String, Value>, at: &str) {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !value.contains_key(name.as_str().unwrap()) {
                self.fault(at, &format!("lacks {name}"));
            }
        }
        for (name, part) in value {
            let at = format!("{at}.{name}");
            match (properties.get(name), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, part, &at),
                (None, Some(Value::Bool(true))) => {}
                (None, Some(schema @ Value::Object(_))) => self.check(schema, part, &at),
                (None, _) => self.fault(&at, "is not in the document"),
            }
        }
    }
}
