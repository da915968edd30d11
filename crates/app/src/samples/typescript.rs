//! The call in TypeScript for Node.js with the vendor's SDK.

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, indented, quoted};
use super::{Call, Flavour, names};

/// Operations that the other languages' packages have and `@alicloud/ims20190815` 2.3.2 and `@alicloud/ram20150501` 1.2.1,
/// the latest, have not.
pub const LACKS: &[&str] = &[
    "CreateServiceLinkedRole",
    "DeleteServiceLinkedRole",
    "GetAccessKeyPolicy",
    "GetAccessKeyPolicyForAccount",
    "GetServiceLinkedRoleTemplate",
    "SetAccessKeyPolicy",
    "SetAccessKeyPolicyForAccount",
];

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => generic(call),
    }
}

fn text(text: &str) -> String {
    quoted(text, Numbered::Surrogates)
}

fn variable(name: &str) -> String {
    format!("process.env.{name}")
}

fn config(call: &Call) -> String {
    let key = if call.is_unsigned {
        ""
    } else {
        "  accessKeyId: process.env.ALIBABA_CLOUD_ACCESS_KEY_ID,\n  \
         accessKeySecret: process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,\n  \
         securityToken: process.env.ALIBABA_CLOUD_SECURITY_TOKEN,\n"
    };
    format!(
        "const config = new $OpenApiUtil.Config({{\n{key}  endpoint: {},\n  protocol: {},\n}});\n",
        text(&call.authority),
        text(call.protocol())
    )
}

fn typed(call: &Call) -> String {
    let package = format!("@alicloud/{}{}", names::small(call.product), names::digits(&call.version));
    let method = names::method(&call.action);
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let (models, request) = if has_request {
        let model = format!("{}Request", call.action);
        (", * as models", format!("const request = {};\n", object(&model, &model, &call.arguments)))
    } else {
        ("", String::new())
    };
    let argument = if has_request { "request" } else { "" };
    format!(
        "// npm install {package} @alicloud/openapi-core\n// needs {}\nimport Client{models} from {};\n\
         import {{ $OpenApiUtil }} from \"@alicloud/openapi-core\";\n\n{}{request}\
         new Client(config).{method}({argument}).then((response) => {{\n  \
         console.log(JSON.stringify(response.body?.toMap()));\n}});\n",
        call.needs(),
        text(&package),
        config(call),
    )
}

fn object(model: &str, request: &str, members: &[Argument]) -> String {
    if members.is_empty() {
        return format!("new models.{model}()");
    }
    let line = |member: &Argument| {
        let value = value(&member.value, &format!("{request}{}", member.name));
        format!("  {}: {},\n", names::camel(&member.name), indented(&value, 2))
    };
    format!("new models.{model}({{\n{}}})", members.iter().map(line).collect::<String>())
}

fn value(value_: &Value, model: &str) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => object(model, model, members),
        Value::List(items) | Value::JsonList(items) => {
            let line = |item: &Value| format!("  {},\n", indented(&value(item, model), 2));
            format!("[\n{}]", items.iter().map(line).collect::<String>())
        }
    }
}

fn generic(call: &Call) -> String {
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => text(&given),
            Sent::Variable(name) => format!("{} ?? \"\"", variable(&name)),
        };
        format!("    {}: {value},\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let query = if query.is_empty() { "{}".to_owned() } else { format!("{{\n{query}  }}") };
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    format!(
        "// npm install @alicloud/openapi-core @darabonba/typescript\n// needs {}\n\
         import Client, {{ $OpenApiUtil }} from \"@alicloud/openapi-core\";\nimport * as $dara from \"@darabonba/typescript\";\n\n{}\
         const params = new $OpenApiUtil.Params({{\n  action: {},\n  version: {},\n  protocol: {},\n  pathname: \"/\",\n  \
         method: \"POST\",\n  authType: \"{auth}\",\n  style: \"RPC\",\n  reqBodyType: \"formData\",\n  bodyType: \"json\",\n}});\n\
         const request = new $OpenApiUtil.OpenApiRequest({{\n  query: {query},\n}});\n\
         new Client(config).callApi(params, request, new $dara.RuntimeOptions({{}})).then((response) => {{\n  \
         console.log(JSON.stringify(response.body));\n}});\n",
        call.needs(),
        config(call),
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
