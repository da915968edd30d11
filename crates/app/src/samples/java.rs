//! The call in Java with the vendor's SDK. Fully qualified names, so that no import can hide another class.

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, indented, quoted};
use super::{Call, Flavour, names};

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    let (artifact, body) = match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => ("com.aliyun:tea-openapi".to_owned(), generic(call)),
    };
    format!(
        "// Maven: {artifact}\n// needs {}\npublic class Call {{\n    public static void main(String[] args) throws Exception {{\n        {}\n    }}\n}}\n",
        call.needs(),
        indented(&format!("{}{body}", config(call)), 8).replace("\n        \n", "\n\n"),
    )
}

fn text(text: &str) -> String {
    quoted(text, Numbered::Surrogates)
}

fn variable(name: &str) -> String {
    format!("System.getenv({})", text(name))
}

fn config(call: &Call) -> String {
    let key = if call.is_unsigned {
        ""
    } else {
        "\n    .setAccessKeyId(System.getenv(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"))\
         \n    .setAccessKeySecret(System.getenv(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"))\
         \n    .setSecurityToken(System.getenv(\"ALIBABA_CLOUD_SECURITY_TOKEN\"))"
    };
    format!(
        "com.aliyun.teaopenapi.models.Config config = new com.aliyun.teaopenapi.models.Config(){key}\n    .setEndpoint({})\n    .setProtocol({});\n",
        text(&call.authority),
        text(call.protocol())
    )
}

fn typed(call: &Call) -> (String, String) {
    let package = format!("{}{}", names::small(call.product), names::digits(&call.version));
    let method = names::method(&call.action);
    let models = format!("com.aliyun.{package}.models.{}", call.action);
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let request = if has_request {
        let model = format!("{models}Request");
        let request = object(&model, &model, &format!("{}Request", call.action), &call.arguments);
        format!("{model} request = {request};\n")
    } else {
        String::new()
    };
    let argument = if has_request { "request" } else { "" };
    let body = format!(
        "com.aliyun.{package}.Client client = new com.aliyun.{package}.Client(config);\n{request}\
         {models}Response response = client.{method}({argument});\n\
         System.out.println(com.aliyun.teautil.Common.toJSONString(response.body.toMap()));"
    );
    (format!("com.aliyun:{package}"), body)
}

/// `model` is the class; `outer` the request's class, inside which those of lists are; `prefix` their names' beginning.
fn object(model: &str, outer: &str, prefix: &str, members: &[Argument]) -> String {
    let line = |member: &Argument| {
        let inner = format!("{prefix}{}", member.name);
        let value = match &member.value {
            Value::Integer(number) if names::is_long(&member.name) => format!("{number}L"),
            other => value(other, outer, &inner),
        };
        format!("\n    .set{}({})", member.name, indented(&value, 4))
    };
    format!("new {model}(){}", members.iter().map(line).collect::<String>())
}

fn value(value_: &Value, outer: &str, name: &str) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => object(&format!("{outer}.{name}"), outer, name, members),
        Value::List(items) | Value::JsonList(items) => {
            let items: Vec<String> =
                items.iter().map(|item| indented(&value(item, outer, name), 4)).collect();
            format!("java.util.Arrays.asList(\n    {}\n)", items.join(",\n    "))
        }
    }
}

fn generic(call: &Call) -> String {
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => text(&given),
            Sent::Variable(name) => variable(&name),
        };
        format!("query.put({}, {value});\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    format!(
        "com.aliyun.teaopenapi.Client client = new com.aliyun.teaopenapi.Client(config);\n\
         com.aliyun.teaopenapi.models.Params params = new com.aliyun.teaopenapi.models.Params()\n    .setAction({})\n    .setVersion({})\n    \
         .setProtocol({})\n    .setPathname(\"/\")\n    .setMethod(\"POST\")\n    .setAuthType(\"{auth}\")\n    .setStyle(\"RPC\")\n    \
         .setReqBodyType(\"formData\")\n    .setBodyType(\"json\");\n\
         java.util.Map<String, Object> query = new java.util.HashMap<>();\n{query}\
         com.aliyun.teaopenapi.models.OpenApiRequest request = new com.aliyun.teaopenapi.models.OpenApiRequest()\n    \
         .setQuery(com.aliyun.openapiutil.Client.query(query));\n\
         java.util.Map<String, ?> response = client.callApi(params, request, new com.aliyun.teautil.models.RuntimeOptions());\n\
         System.out.println(com.aliyun.teautil.Common.toJSONString(response.get(\"body\")));",
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
