//! How do tests call the platform's calls, and does every request and answer keep the description?
//! A keyword that the validator does not know is an error, so that nothing described goes unchecked.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};

use crate::http::{Answer, Server};

/// The path below which the calls are.
pub const BASE: &str = "/api/v3.0";

/// Calls with one token, each held against the description that the daemon itself serves.
#[derive(Clone, Debug)]
pub struct Client {
    server: Server,
    token: Option<String>,
    description: Value,
}

/// What came back: the status and the JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub json: Value,
}

impl Client {
    /// A client of this server.
    pub fn new(server: Server, token: Option<&str>) -> anyhow::Result<Self> {
        let description = server.get(&format!("{BASE}/openapi.json"), &[])?;
        Ok(Self {
            server,
            token: token.map(str::to_owned),
            description: description.json()?,
        })
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// `GET`; the path stands below the base and may have a query.
    pub fn get(&self, path: &str) -> anyhow::Result<Reply> {
        self.call("GET", path, None)
    }

    /// `POST` with JSON.
    pub fn post(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.call("POST", path, Some(body))
    }

    /// `PUT` with JSON.
    pub fn put(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.call("PUT", path, Some(body))
    }

    /// The items of all pages of a list, in their order; `id` names an item's cursor.
    pub fn all(&self, path: &str, id: &str, size: usize) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items: Vec<Value> = Vec::new();
        loop {
            let after = items.last().map(|last| match &last[id] {
                Value::String(text) => format!("&startingAfter={text}"),
                number => format!("&startingAfter={number}"),
            });
            let after = after.unwrap_or_default();
            let reply = self.get(&format!("{path}{joint}size={size}{after}"))?;
            ensure!(reply.status == 200, "{reply:?}");
            let page = reply.json["items"].as_array().context("items")?;
            items.extend_from_slice(page);
            if page.len() < size {
                return Ok(items);
            }
        }
    }

    /// Any method, with any body as text.
    pub fn raw(&self, method: &str, path: &str, body: &str) -> anyhow::Result<Reply> {
        let answer = self.send(method, path, Some(body))?;
        self.hold(method, path, None, &answer)
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Reply> {
        let text = body.map(Value::to_string);
        let answer = self.send(method, path, text.as_deref())?;
        self.hold(method, path, body, &answer)
    }

    fn send(&self, method: &str, path: &str, body: Option<&str>) -> anyhow::Result<Answer> {
        let token = self
            .token
            .as_ref()
            .map(|token| format!("X-plenigo-token: {token}"));
        let length = body.map(|body| format!("Content-Length: {}", body.len()));
        let mut lines: Vec<&str> = token.iter().map(String::as_str).collect();
        if let Some(length) = &length {
            lines.extend([length.as_str(), "Content-Type: application/json"]);
        }
        let mut request = self.server.head(method, &format!("{BASE}{path}"), &lines);
        request.extend_from_slice(body.unwrap_or_default().as_bytes());
        self.server.ask(&request)
    }

    /// Holds a call against the description.
    fn hold(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        answer: &Answer,
    ) -> anyhow::Result<Reply> {
        let call = format!("{method} {path}: {} {}", answer.status, answer.text());
        let kind = answer.header("content-type").unwrap_or_default();
        ensure!(kind == "application/json", "{call}: {kind}");
        let json = answer.json()?;
        let operation = self.operation(method, path).context(call.clone())?;
        if let Some(body) = body
            && answer.status < 300
        {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            ensure!(schema.is_object(), "{call}: no body is described");
            self.validate(schema, body, "body").context(call.clone())?;
        }
        let described = &operation["responses"][answer.status.to_string()];
        ensure!(described.is_object(), "{call}: the status is not described");
        let schema = &described["content"]["application/json"]["schema"];
        self.validate(schema, &json, "answer")
            .context(call.clone())?;
        if let Some(codes) = described["x-error-codes"].as_array() {
            ensure!(
                codes.contains(&json["errorCode"]),
                "{call}: not one of {codes:?}"
            );
        }
        Ok(Reply {
            status: answer.status,
            json,
        })
    }

    fn operation(&self, method: &str, path: &str) -> anyhow::Result<&Value> {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let paths = self.description["paths"].as_object().context("paths")?;
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            let mut pairs = template.iter().zip(&parts);
            template.len() == parts.len()
                && pairs.all(|(one, other)| one.starts_with('{') || one == other)
        };
        let mut fitting: Vec<(&String, &Value)> = paths
            .iter()
            .filter(|(template, _)| fits(template))
            .collect();
        // What is named exactly goes before what is a parameter.
        fitting.sort_by_key(|(template, _)| template.matches('{').count());
        let (_, operations) = fitting.first().context("the path is not described")?;
        let operation = &operations[method.to_ascii_lowercase()];
        ensure!(operation.is_object(), "the method is not described");
        Ok(operation)
    }

    fn validate(&self, schema: &Value, value: &Value, place: &str) -> anyhow::Result<()> {
        let schema = schema
            .as_object()
            .with_context(|| format!("{place}: no schema"))?;
        for (keyword, rule) in schema {
            self.keep(keyword, rule, schema, value, place)
                .with_context(|| format!("{place}: {keyword} {rule}"))?;
        }
        Ok(())
    }

    fn keep(
        &self,
        keyword: &str,
        rule: &Value,
        schema: &Map<String, Value>,
        value: &Value,
        place: &str,
    ) -> anyhow::Result<()> {
        let text = value.as_str();
        let length = text.map(|text| text.chars().count() as u64);
        match keyword {
            "description" | "x-description-de" | "examples" => {}
            "$ref" => {
                let name = rule.as_str().and_then(|rule| rule.rsplit('/').next());
                let named = &self.description["components"]["schemas"][name.unwrap_or_default()];
                self.validate(named, value, place)?;
            }
            "anyOf" => {
                let choices = rule.as_array().context("choices")?;
                let fits = choices
                    .iter()
                    .any(|choice| self.validate(choice, value, place).is_ok());
                ensure!(fits, "none fits {value}");
            }
            "type" => {
                let kinds = rule
                    .as_array()
                    .cloned()
                    .unwrap_or_else(|| vec![rule.clone()]);
                let fits = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|kind| is_a(value, kind));
                ensure!(fits, "it is {value}");
            }
            "enum" => ensure!(rule.as_array().context("words")?.contains(value), "{value}"),
            "properties" => {
                let (Some(rules), Some(object)) = (rule.as_object(), value.as_object()) else {
                    return Ok(());
                };
                for (name, member) in object {
                    let place = format!("{place}.{name}");
                    match rules.get(name) {
                        Some(rule) => self.validate(rule, member, &place)?,
                        // A request may say more than is read.
                        None => ensure!(place.starts_with("body"), "{place} is not described"),
                    }
                }
            }
            "required" => {
                for name in rule.as_array().context("names")? {
                    let name = name.as_str().unwrap_or_default();
                    ensure!(value.get(name).is_some(), "{name} is missing");
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.validate(rule, item, &format!("{place}[{index}]"))?;
                }
            }
            "minItems" | "maxItems" => {
                let count = value.as_array().map(|items| items.len() as u64);
                let bound = rule.as_u64().context("a number")?;
                ensure!(
                    count.is_none_or(|count| (keyword == "minItems" && count >= bound)
                        || (keyword == "maxItems" && count <= bound)),
                    "it has {count:?}"
                );
            }
            "minLength" => ensure!(length.is_none_or(|length| Some(length) >= rule.as_u64())),
            "maxLength" => ensure!(length.is_none_or(|length| Some(length) <= rule.as_u64())),
            "minimum" => ensure!(
                value
                    .as_i64()
                    .is_none_or(|number| Some(number) >= rule.as_i64())
            ),
            "maximum" => ensure!(
                value
                    .as_i64()
                    .is_none_or(|number| Some(number) <= rule.as_i64())
            ),
            "pattern" => {
                let fits = match rule.as_str().unwrap_or_default() {
                    "^[a-z]{2}$" => text.is_none_or(|text| {
                        text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
                    }),
                    "^\\+[1-9][0-9]{1,14}$" => text.is_none_or(|text| {
                        let digits = text.strip_prefix('+').unwrap_or_default();
                        (2..=15).contains(&digits.len())
                            && !digits.starts_with('0')
                            && digits.bytes().all(|byte| byte.is_ascii_digit())
                    }),
                    "^[^\\u0000-\\u001f\\u007f]*$" => {
                        text.is_none_or(|text| !text.chars().any(|one| one.is_ascii_control()))
                    }
                    other => bail!("the validator does not know the pattern {other}"),
                };
                ensure!(fits, "it is {value}");
            }
            "format" => {
                let fits = match (rule.as_str().unwrap_or_default(), text) {
                    ("int32", _) => value
                        .as_i64()
                        .is_none_or(|number| i32::try_from(number).is_ok()),
                    ("int64", _) => value.is_i64() || value.is_u64() || value.is_null(),
                    ("date-time", Some(text)) => intake_core::moment::Moment::parse(text).is_ok(),
                    ("date", Some(text)) => {
                        let moment = format!("{text}T00:00:00Z");
                        text.len() == 10 && intake_core::moment::Moment::parse(&moment).is_ok()
                    }
                    ("email", Some(text)) => text.contains('@'),
                    ("date-time" | "date" | "email", None) => true,
                    (other, _) => bail!("the validator does not know the format {other}"),
                };
                ensure!(fits, "it is {value}");
            }
            other => bail!("the validator does not know {other} of {schema:?}"),
        }
        Ok(())
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
