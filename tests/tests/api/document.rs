//! The description of the API is what is answered: no field more, and none less.

use anyhow::{Context, Result, bail, ensure};
use nws_tests::{Peer, Proxy, Request};
use serde_json::{Value, json};

use crate::asking::Asking;

/// The schema of what `method` answers at `path` with this status.
fn schema<'a>(document: &'a Value, path: &str, method: &str, status: &str) -> Result<&'a Value> {
    let answer = &document["paths"][path][method]["responses"][status];
    answer["content"]["application/json"]
        .get("schema")
        .with_context(|| format!("no {method} {path} {status}"))
}

/// Fails unless `value` is as `schema` says, and has no field of which it says nothing.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<()> {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/components/schemas/")) {
        let schema = &document["components"]["schemas"][name];
        ensure!(schema.is_object(), "{at}: no schema {name}");
        return check(document, schema, value, at);
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let fits = options.iter().filter(|option| check(document, option, value, at).is_ok()).count();
        ensure!(fits == 1, "{at}: {value} fits {fits} of {options:?}");
        return Ok(());
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            bail!("{at}: a schema without a type: {schema}")
        }
    };
    ensure!(kinds.iter().any(|kind| is_of(kind, value)), "{at}: {value} is none of {kinds:?}");
    match value {
        Value::Array(items) => {
            items.iter().try_for_each(|item| check(document, &schema["items"], item, &format!("{at}[]")))
        }
        Value::Object(_) => check_object(document, schema, value, at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn check_object(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<()> {
    for required in schema["required"].as_array().into_iter().flatten() {
        let name = required.as_str().context("a name")?;
        ensure!(value.get(name).is_some(), "{at}: {name} is missing");
    }
    for (name, field) in value.as_object().context("an object")? {
        let declared = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
        let declared = declared.with_context(|| format!("{at}: {name} is not described"))?;
        check(document, declared, field, &format!("{at}.{name}"))?;
    }
    Ok(())
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

async fn document(proxy: &Proxy) -> Result<Value> {
    Ok(serde_json::from_str(&Request::get("/api/openapi.json").send(proxy).await?.body)?)
}

#[tokio::test]
async fn every_list_is_as_it_is_described() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peers = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let document = document(&proxy).await?;
    for asking in [Asking::with_token(&proxy)?, Asking::without_token(&proxy)] {
        for name in ["proxy", "links", "candidates", "callers", "channels", "peers", "events"] {
            let path = format!("/api/v1/{name}");
            let answer = asking.get(name).await?;
            check(&document, schema(&document, &path, "get", "200")?, &answer, name)?;
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn links_and_candidates_are_as_they_are_described() -> Result<()> {
    let one = crate::links::linkable().start().await?;
    let peer = format!("127.0.0.1:{}", one.link().await?.1);
    let other = crate::links::linkable().flag("--peer", peer).flag("--peer", "nowhere.invalid:9");
    let other = other.flag("--peer", "127.0.0.1:1").start().await?;
    let _peers = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    let (document, asking) = (document(&other).await?, Asking::with_token(&other)?);
    for (name, total) in [("links", 1), ("candidates", 2), ("peers", 2), ("callers", 1)] {
        // It has dialled the other one.
        let asking = if name == "callers" { &Asking::with_token(&one)? } else { &asking };
        let answer = asking.until(name, |list| list["total"] == total).await?;
        check(&document, schema(&document, &format!("/api/v1/{name}"), "get", "200")?, &answer, name)?;
    }
    Ok(())
}

#[tokio::test]
async fn every_action_and_refusal_is_as_it_is_described() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peer = Peer::alone(&proxy, "/chan").await?;
    let document = document(&proxy).await?;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    let code = open.post("codes", json!({})).await?;
    let given: Value = serde_json::from_str(&code.body)?;
    let row = open.row("peers").await?;
    let answers = [
        ("codes", code),
        ("codes", closed.post("codes", json!({})).await?),
        ("sessions", closed.post("sessions", json!({"code": given["code"]})).await?),
        ("sessions", closed.post("sessions", json!({"code": given["code"]})).await?),
        ("sessions", closed.post("sessions", json!({})).await?),
        ("disconnect", open.post("disconnect", json!({"id": row["id"]})).await?),
        ("disconnect", open.post("disconnect", json!({"id": "0"})).await?),
        ("dial", open.post("dial", json!({"id": "0"})).await?),
        ("dial", closed.post("dial", json!({"id": "0"})).await?),
    ];
    for (name, answer) in answers {
        let status = answer.status.to_string();
        let schema = schema(&document, &format!("/api/v1/{name}"), "post", &status)?;
        check(&document, schema, &serde_json::from_str(&answer.body)?, &format!("{name} {status}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn no_path_is_described_that_is_not_served() -> Result<()> {
    let proxy = Proxy::start().await?;
    for (path, methods) in document(&proxy).await?["paths"].as_object().context("no paths")? {
        for method in methods.as_object().context("no methods")?.keys() {
            let request = if method == "get" { Request::get(path) } else { Request::post(path, "{}") };
            let status = request.status(&proxy).await?;
            assert!([200, 400, 401].contains(&status), "{method} {path}: {status}");
        }
    }
    Ok(())
}
