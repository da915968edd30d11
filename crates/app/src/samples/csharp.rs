//! The call in C# with the vendor's SDK.

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, indented, quoted};
use super::{Call, Flavour, names};

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    let (package, body) = match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => ("AlibabaCloud.OpenApiClient".to_owned(), generic(call)),
    };
    format!(
        "// dotnet add package {package}\n// needs {}\nusing System;\nusing System.Collections.Generic;\n\n{}{body}",
        call.needs(),
        config(call)
    )
}

fn text(text: &str) -> String {
    quoted(text, Numbered::Surrogates)
}

fn variable(name: &str) -> String {
    format!("Environment.GetEnvironmentVariable({})", text(name))
}

fn config(call: &Call) -> String {
    let key = if call.is_unsigned {
        ""
    } else {
        "    AccessKeyId = Environment.GetEnvironmentVariable(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"),\n    \
         AccessKeySecret = Environment.GetEnvironmentVariable(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"),\n    \
         SecurityToken = Environment.GetEnvironmentVariable(\"ALIBABA_CLOUD_SECURITY_TOKEN\"),\n"
    };
    format!(
        "var config = new AlibabaCloud.OpenApiClient.Models.Config\n{{\n{key}    Endpoint = {},\n    Protocol = {},\n}};\n",
        text(&call.authority),
        text(call.protocol())
    )
}

const PRINT: &str = "Console.WriteLine(AlibabaCloud.TeaUtil.Common.ToJSONString(";

fn typed(call: &Call) -> (String, String) {
    let space = format!("AlibabaCloud.SDK.{}{}", call.product.name(), names::digits(&call.version));
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let request = if has_request {
        let model = format!("{}Request", call.action);
        let class = format!("{space}.Models.{model}");
        format!("var request = {};\n", object(&class, &class, &model, &call.arguments))
    } else {
        String::new()
    };
    let argument = if has_request { "request" } else { "" };
    let body = format!(
        "var client = new {space}.Client(config);\n{request}var response = client.{}({argument});\n{PRINT}response.Body.ToMap()));\n",
        call.action
    );
    (space, body)
}

/// `class` is the whole name; `outer` the request's class, inside which those of lists are.
fn object(class: &str, outer: &str, prefix: &str, members: &[Argument]) -> String {
    let line = |member: &Argument| {
        let value = value(&member.value, outer, &format!("{prefix}{}", member.name));
        format!("    {} = {},\n", member.name, indented(&value, 4))
    };
    let lines: String = members.iter().map(line).collect();
    if lines.is_empty() { format!("new {class}()") } else { format!("new {class}\n{{\n{lines}}}") }
}

fn value(value_: &Value, outer: &str, name: &str) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => object(&format!("{outer}.{name}"), outer, name, members),
        Value::List(items) | Value::JsonList(items) => {
            let is_group = items.iter().any(|item| matches!(item, Value::Object(_)));
            let of = if is_group { format!("{outer}.{name}") } else { "string".to_owned() };
            let line = |item: &Value| format!("    {},\n", indented(&value(item, outer, name), 4));
            format!("new List<{of}>\n{{\n{}}}", items.iter().map(line).collect::<String>())
        }
    }
}

fn generic(call: &Call) -> String {
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => text(&given),
            Sent::Variable(name) => variable(&name),
        };
        format!("    [{}] = {value},\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    format!(
        "var client = new AlibabaCloud.OpenApiClient.Client(config);\nvar parameters = new AlibabaCloud.OpenApiClient.Models.Params\n{{\n    \
         Action = {},\n    Version = {},\n    Protocol = {},\n    Pathname = \"/\",\n    Method = \"POST\",\n    AuthType = \"{auth}\",\n    \
         Style = \"RPC\",\n    ReqBodyType = \"formData\",\n    BodyType = \"json\",\n}};\n\
         var query = new Dictionary<string, object>\n{{\n{query}}};\n\
         var request = new AlibabaCloud.OpenApiClient.Models.OpenApiRequest\n{{\n    Query = AlibabaCloud.OpenApiUtil.Client.Query(query),\n}};\n\
         var response = client.CallApi(parameters, request, new AlibabaCloud.TeaUtil.Models.RuntimeOptions());\n{PRINT}response[\"body\"]));\n",
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
