//! The call in Python with the vendor's SDK.

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, indented, quoted};
use super::{Call, Flavour, names};

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => generic(call),
    }
}

fn text(text: &str) -> String {
    quoted(text, Numbered::EightDigits)
}

fn variable(name: &str) -> String {
    format!("os.environ[{}]", text(name))
}

fn config(call: &Call) -> String {
    let key = if call.is_unsigned {
        String::new()
    } else {
        "    access_key_id=os.environ[\"ALIBABA_CLOUD_ACCESS_KEY_ID\"],\n    \
         access_key_secret=os.environ[\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"],\n    \
         security_token=os.environ.get(\"ALIBABA_CLOUD_SECURITY_TOKEN\"),\n"
            .to_owned()
    };
    format!(
        "config = openapi_models.Config(\n{key}    endpoint={},\n    protocol={},\n)\n",
        text(&call.authority),
        text(call.protocol())
    )
}

fn typed(call: &Call) -> String {
    let package = format!("alibabacloud_{}{}", names::small(call.product), names::digits(&call.version));
    let method = names::snake(&call.action);
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let (models, request) = if has_request {
        let model = format!("{}Request", call.action);
        let request = format!("request = {}\n", object(&model, &model, &call.arguments));
        (format!("from {package} import models\n"), request)
    } else {
        Default::default()
    };
    let argument = if has_request { "request" } else { "" };
    let os = if call.is_unsigned && call.variables().is_empty() { "" } else { "import os\n" };
    format!(
        "# pip install {}\n# needs {}\nimport json\n{os}\n{models}from {package}.client import Client\n\
         from alibabacloud_tea_openapi import models as openapi_models\n\n{}{request}response = Client(config).{method}({argument})\n\
         print(json.dumps(response.body.to_map(), ensure_ascii=False))\n",
        package.replace('_', "-"),
        call.needs(),
        config(call),
    )
}

fn object(model: &str, request: &str, members: &[Argument]) -> String {
    if members.is_empty() {
        return format!("models.{model}()");
    }
    let line = |member: &Argument| {
        let value = value(&member.value, &format!("{request}{}", member.name));
        format!("    {}={},\n", names::snake(&member.name), indented(&value, 4))
    };
    format!("models.{model}(\n{})", members.iter().map(line).collect::<String>())
}

fn value(value_: &Value, model: &str) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => object(model, model, members),
        Value::List(items) | Value::JsonList(items) => {
            let line = |item: &Value| format!("    {},\n", indented(&value(item, model), 4));
            format!("[\n{}]", items.iter().map(line).collect::<String>())
        }
    }
}

fn generic(call: &Call) -> String {
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => text(&given),
            Sent::Variable(name) => variable(&name),
        };
        format!("    {}: {value},\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let query = if query.is_empty() { "{}".to_owned() } else { format!("{{\n{query}}}") };
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    let os = if call.is_unsigned && call.variables().is_empty() { "" } else { "import os\n" };
    format!(
        "# pip install alibabacloud-tea-openapi\n# needs {}\nimport json\n{os}\n\
         from alibabacloud_tea_openapi import models as openapi_models\n\
         from alibabacloud_tea_openapi.client import Client\nfrom darabonba.runtime import RuntimeOptions\n\n{}\
         params = openapi_models.Params(\n    action={},\n    version={},\n    protocol={},\n    pathname=\"/\",\n    \
         method=\"POST\",\n    auth_type=\"{auth}\",\n    style=\"RPC\",\n    req_body_type=\"formData\",\n    body_type=\"json\",\n)\n\
         request = openapi_models.OpenApiRequest(query={query})\n\
         response = Client(config).call_api(params, request, RuntimeOptions())\n\
         print(json.dumps(response[\"body\"], ensure_ascii=False))\n",
        call.needs(),
        config(call),
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
