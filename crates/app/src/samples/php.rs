//! The call in PHP with the vendor's SDK.

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, indented, literal};
use super::{Call, Flavour, names};

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => generic(call),
    }
}

fn text(text: &str) -> String {
    // A variable would begin with the sign.
    literal(text, Numbered::Braces, "$")
}

fn variable(name: &str) -> String {
    format!("getenv({})", text(name))
}

fn config(call: &Call) -> String {
    let key = if call.is_unsigned {
        ""
    } else {
        "    \"accessKeyId\" => getenv(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"),\n    \
         \"accessKeySecret\" => getenv(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"),\n    \
         \"securityToken\" => getenv(\"ALIBABA_CLOUD_SECURITY_TOKEN\") ?: null,\n"
    };
    format!(
        "$config = new Config([\n{key}    \"endpoint\" => {},\n    \"protocol\" => {},\n]);\n",
        text(&call.authority),
        text(call.protocol())
    )
}

fn head(call: &Call, package: &str, uses: &str) -> String {
    format!(
        "<?php\n// composer require {package}\n// needs {}\nrequire __DIR__ . \"/vendor/autoload.php\";\n\n{uses}\n{}",
        call.needs(),
        config(call)
    )
}

/// `Ims` in the names of classes.
fn client(call: &Call) -> &'static str {
    call.product.name()
}

fn typed(call: &Call) -> String {
    let (product, digits) = (client(call), names::digits(&call.version));
    let space = format!("AlibabaCloud\\SDK\\{product}\\V{digits}");
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let request = if has_request {
        let model = format!("\\{space}\\Models\\{}Request", call.action);
        format!("$request = {};\n", object(&model, &call.arguments))
    } else {
        String::new()
    };
    let argument = if has_request { "$request" } else { "" };
    let uses = format!("use {space}\\{product};\nuse Darabonba\\OpenApi\\Models\\Config;\n");
    format!(
        "{}$client = new {product}($config);\n{request}$response = $client->{}({argument});\necho json_encode($response->body->toMap(), JSON_UNESCAPED_UNICODE), PHP_EOL;\n",
        head(call, &format!("alibabacloud/{}-{digits}", names::small(call.product)), &uses),
        names::method(&call.action),
    )
}

fn object(model: &str, members: &[Argument]) -> String {
    let line = |member: &Argument| {
        // The class of a list's elements has the list's name, in small letters.
        let value = value(&member.value, &format!("{model}\\{}", names::camel(&member.name)));
        format!("    \"{}\" => {},\n", names::camel(&member.name), indented(&value, 4))
    };
    let lines: String = members.iter().map(line).collect();
    if lines.is_empty() { format!("new {model}([])") } else { format!("new {model}([\n{lines}])") }
}

fn value(value_: &Value, model: &str) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => object(model, members),
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
        format!("        {} => {value},\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let query = if query.is_empty() { "[]".to_owned() } else { format!("[\n{query}    ]") };
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    let uses = "use AlibabaCloud\\Dara\\Models\\RuntimeOptions;\nuse Darabonba\\OpenApi\\Models\\Config;\nuse Darabonba\\OpenApi\\Models\\OpenApiRequest;\n\
                use Darabonba\\OpenApi\\Models\\Params;\nuse Darabonba\\OpenApi\\OpenApiClient;\n";
    format!(
        "{}$client = new OpenApiClient($config);\n$params = new Params([\n    \"action\" => {},\n    \"version\" => {},\n    \"protocol\" => {},\n    \
         \"pathname\" => \"/\",\n    \"method\" => \"POST\",\n    \"authType\" => \"{auth}\",\n    \"style\" => \"RPC\",\n    \"reqBodyType\" => \"formData\",\n    \"bodyType\" => \"json\",\n]);\n\
         $request = new OpenApiRequest([\n    \"query\" => {query},\n]);\n\
         $response = $client->callApi($params, $request, new RuntimeOptions([]));\necho json_encode($response[\"body\"], JSON_UNESCAPED_UNICODE), PHP_EOL;\n",
        head(call, "alibabacloud/darabonba-openapi", uses),
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
