//! The schema of scenario files (JSON Schema 2020-12), from the declarations that the loader reads by.
//!
//! Editors complete and check with it. It knows the shape of a file and no more: what is left out may come from the
//! defaults or from a file that is extended, and relations between values are left to `check`.

use serde_json::{Map, Value, json};

use super::annotations::{ANNOTATIONS, BASES};
use super::law_forms::{LAWS, Parameters, example, parameters};
use crate::model::field::{Field, Kind, Table};

/// Form of an id.
const ID: &str = "^[a-z][a-z0-9_-]{0,63}$";

/// The schema of a scenario whose root is `T`.
pub fn schema<T: Table>() -> Value {
    let mut properties = fields(T::FIELDS);
    let preset = |overrides: &str| {
        let set = json!({ "type": "object", "description": "Paths and the values they get." });
        let mut keys = json!({ "id": id(), "title": text(), "note": text() });
        keys[overrides] = set;
        json!({ "type": "array", "items": { "type": "object", "properties": keys, "additionalProperties": false, "required": ["id", "title"] } })
    };
    properties.insert("format".to_owned(), json!({ "const": 1, "description": "The format of the file." }));
    properties.insert(
        "extends".to_owned(),
        json!({ "type": "string", "description": "Another scenario that this file is laid over." }),
    );
    properties.insert("policy".to_owned(), preset("set"));
    properties.insert("denial".to_owned(), preset("lifts"));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rearguard scenario",
        "description": "A withdrawal of a peacekeeping mission, as rearguard reads it.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "required": ["format"],
    })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": ID })
}

/// What any table may have beside its own keys.
fn annotations() -> Map<String, Value> {
    let one = |key: &&str| {
        let schema = match *key {
            "basis" => json!({ "enum": BASES, "description": "What the values rest on." }),
            "fitted_from" => json!({ "anyOf": [text(), { "type": "array", "items": text() }] }),
            _ => text(),
        };
        ((*key).to_owned(), schema)
    };
    ANNOTATIONS.iter().map(one).collect()
}

fn fields(fields: &[Field]) -> Map<String, Value> {
    let mut all = annotations();
    all.extend(fields.iter().map(|field| (field.name.to_owned(), described(field))));
    all
}

fn object(own: &[Field]) -> Value {
    json!({ "type": "object", "properties": fields(own), "additionalProperties": false })
}

fn described(field: &Field) -> Value {
    let mut schema = of(field);
    let unit = match field.kind {
        Kind::Number { unit, min, max } | Kind::Count { unit, min, max } => format!(" In {unit}, {min} to {max}."),
        _ => String::new(),
    };
    schema["description"] = Value::from(format!("{}{unit}", field.doc.trim()));
    schema
}

fn of(field: &Field) -> Value {
    match field.kind {
        Kind::Number { min, max, .. } => quantity(&json!({ "type": "number", "minimum": min, "maximum": max })),
        Kind::Count { min, max, .. } => quantity(&json!({ "type": "integer", "minimum": min, "maximum": max })),
        Kind::Date => quantity(&json!({ "type": "string", "format": "date" })),
        Kind::Start => json!({ "type": "string", "format": "date" }),
        Kind::Flag => annotated(&json!({ "type": "boolean" })),
        Kind::Text => annotated(&text()),
        Kind::Id | Kind::Reference(_) => annotated(&id()),
        Kind::References(_) => annotated(&json!({ "type": "array", "items": id() })),
        Kind::Choice(words) => annotated(&json!({ "enum": words })),
        Kind::Table(own) => object(own),
        Kind::List(own) => {
            json!({ "anyOf": [{ "type": "array", "items": object(own) }, { "type": "string", "description": "A CSV file." }] })
        }
    }
}

/// A value as it stands, or in a table with where it is from.
fn annotated(plain: &Value) -> Value {
    let mut keys = annotations();
    keys.insert("value".to_owned(), plain.clone());
    json!({ "anyOf": [plain, { "type": "object", "properties": keys, "additionalProperties": false, "required": ["value"] }] })
}

/// A number or date: as it stands, with a range, or as a law.
fn quantity(plain: &Value) -> Value {
    // Within a law, and as the ends of a range, values need not be whole or legal themselves.
    let free = if plain["type"] == "string" { plain.clone() } else { json!({ "type": "number" }) };
    let mut keys = annotations();
    keys.insert("value".to_owned(), plain.clone());
    keys.insert("low".to_owned(), free.clone());
    keys.insert("high".to_owned(), free.clone());
    keys.insert("truncate".to_owned(), json!({ "type": "array", "items": free, "minItems": 2, "maxItems": 2 }));
    for &law in LAWS {
        let mut schema = match parameters(law) {
            Parameters::Several(names) => {
                json!({ "type": "array", "items": free, "minItems": names.len(), "maxItems": names.len() })
            }
            Parameters::Named(names) => {
                let numbers: Map<String, Value> =
                    names.iter().map(|name| ((*name).to_owned(), json!({ "type": "number" }))).collect();
                json!({ "type": "object", "properties": numbers, "required": names, "additionalProperties": false })
            }
        };
        schema["description"] = Value::from(example(law));
        keys.insert(law.to_owned(), schema);
    }
    json!({ "anyOf": [plain, { "type": "object", "properties": keys, "additionalProperties": false }] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Inputs;

    #[test]
    fn every_declared_table_and_number_is_in_the_schema() {
        let schema = schema::<Inputs>();
        for field in Inputs::FIELDS {
            assert_eq!(
                schema["properties"][field.name]["description"].as_str().map(str::is_empty),
                Some(false),
                "{}",
                field.name
            );
        }
        let crews = &schema["properties"]["base"]["anyOf"][0]["items"]["properties"]["crews"];
        assert_eq!(crews["anyOf"][0]["type"], "integer");
        assert_eq!(crews["anyOf"][1]["properties"]["quantiles"]["minItems"], 3);
        assert_eq!(schema["properties"]["format"]["const"], 1);
    }
}
