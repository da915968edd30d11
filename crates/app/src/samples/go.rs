//! The call in Go with the vendor's SDK. Fields are filled by setters, which take plain values.

use ramward_rpc::api::Product;

use super::arguments::{Argument, Sent, Value};
use super::literal::{Numbered, literal};
use super::{Call, Flavour, names};

/// The major version of each product's module, as its page names it.
fn module(call: &Call) -> String {
    let major = match call.product {
        Product::Ims => "/v4",
        Product::Ram | Product::Sts => "/v2",
        Product::Ramward => "",
    };
    format!(
        "github.com/alibabacloud-go/{}-{}{major}",
        names::small(call.product),
        names::digits(&call.version)
    )
}

/// The program.
pub fn write(call: &Call, flavour: Flavour) -> String {
    match flavour {
        Flavour::Typed => typed(call),
        Flavour::Generic => generic(call),
    }
}

fn text(text: &str) -> String {
    // A zero byte stands in no source text; others are written by number.
    literal(text, Numbered::EightDigits, "")
}

fn variable(name: &str) -> String {
    format!("os.Getenv({})", text(name))
}

fn config(call: &Call) -> String {
    let mut lines = String::from("\tconfig := new(openapi.Config)\n");
    if !call.is_unsigned {
        lines.push_str(
            "\tconfig.SetAccessKeyId(os.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_ID\"))\n\
             \tconfig.SetAccessKeySecret(os.Getenv(\"ALIBABA_CLOUD_ACCESS_KEY_SECRET\"))\n\
             \tif token := os.Getenv(\"ALIBABA_CLOUD_SECURITY_TOKEN\"); token != \"\" {\n\t\tconfig.SetSecurityToken(token)\n\t}\n",
        );
    }
    lines.push_str(&format!(
        "\tconfig.SetEndpoint({})\n\tconfig.SetProtocol({})\n",
        text(&call.authority),
        text(call.protocol())
    ));
    lines
}

/// Imports in the order of gofmt; `os` where the environment is read.
fn head(call: &Call, modules: &str, imports: &[String]) -> String {
    let os = if call.is_unsigned && call.variables().is_empty() { "" } else { "\t\"os\"\n" };
    format!(
        "// go get {modules}\n// needs {}\npackage main\n\nimport (\n\t\"fmt\"\n{os}\n{}\n)\n\nfunc main() {{\n{}",
        call.needs(),
        imports.iter().map(|import| format!("\t{import}")).collect::<Vec<_>>().join("\n"),
        config(call),
    )
}

const FAIL: &str = "\tif err != nil {\n\t\tpanic(err)\n\t}\n";

fn typed(call: &Call) -> String {
    let module = module(call);
    let imports = [
        "openapi \"github.com/alibabacloud-go/darabonba-openapi/v2/client\"".to_owned(),
        format!("sdk \"{module}/client\""),
    ];
    let has_request = names::has_request(&call.action, !call.arguments.is_empty());
    let request = if has_request {
        let model = format!("{}Request", call.action);
        let mut lines = format!("\trequest := new(sdk.{model})\n");
        for member in &call.arguments {
            lines.push_str(&format!("\trequest{}\n", setter(&model, member, 1)));
        }
        lines
    } else {
        String::new()
    };
    let argument = if has_request { "request" } else { "" };
    format!(
        "{}\tclient, err := sdk.NewClient(config)\n{FAIL}{request}\tresponse, err := client.{}({argument})\n{FAIL}\tfmt.Println(response.Body)\n}}\n",
        head(call, &module, &imports),
        call.action,
    )
}

/// `.SetName(value)`
fn setter(model: &str, member: &Argument, depth: usize) -> String {
    format!(".Set{}({})", member.name, value(&member.value, &format!("{model}{}", member.name), depth))
}

fn value(value_: &Value, model: &str, depth: usize) -> String {
    match value_ {
        Value::Text(given) => text(given),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Variable(name) => variable(name),
        Value::Object(members) => {
            let setters: String = members.iter().map(|member| setter(model, member, depth)).collect();
            format!("new(sdk.{model}){setters}")
        }
        Value::List(items) | Value::JsonList(items) => {
            let is_group = items.iter().any(|item| matches!(item, Value::Object(_)));
            let of = if is_group { format!("*sdk.{model}") } else { "*string".to_owned() };
            let tabs = "\t".repeat(depth);
            let line = |item: &Value| {
                let text = value(item, model, depth + 1);
                let text = if is_group { text } else { format!("pointer({text})") };
                format!("{tabs}\t{text},\n")
            };
            // A text in a list is a pointer; a function literal takes its address without one more package.
            let pointer = "func(text string) *string { return &text }";
            let lines: String =
                items.iter().map(line).collect::<String>().replace("pointer(", &format!("({pointer})("));
            format!("[]{of}{{\n{lines}{tabs}}}")
        }
    }
}

fn generic(call: &Call) -> String {
    let imports = [
        "openapi \"github.com/alibabacloud-go/darabonba-openapi/v2/client\"".to_owned(),
        "openapiutil \"github.com/alibabacloud-go/openapi-util/service\"".to_owned(),
        "util \"github.com/alibabacloud-go/tea-utils/v2/service\"".to_owned(),
    ];
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => text(&given),
            Sent::Variable(name) => variable(&name),
        };
        format!("\t\t{}: {value},\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let query = if query.is_empty() { "{}".to_owned() } else { format!("{{\n{query}\t}}") };
    let auth = if call.is_unsigned { "Anonymous" } else { "AK" };
    let modules = "github.com/alibabacloud-go/darabonba-openapi/v2 github.com/alibabacloud-go/openapi-util github.com/alibabacloud-go/tea-utils/v2";
    format!(
        "{}\tclient, err := openapi.NewClient(config)\n{FAIL}\
         \tparams := new(openapi.Params).\n\t\tSetAction({}).\n\t\tSetVersion({}).\n\t\tSetProtocol({}).\n\t\tSetPathname(\"/\").\n\
         \t\tSetMethod(\"POST\").\n\t\tSetAuthType(\"{auth}\").\n\t\tSetStyle(\"RPC\").\n\t\tSetReqBodyType(\"formData\").\n\t\tSetBodyType(\"json\")\n\
         \tquery := map[string]interface{{}}{query}\n\
         \trequest := new(openapi.OpenApiRequest).SetQuery(openapiutil.Query(query))\n\
         \tresponse, err := client.CallApi(params, request, new(util.RuntimeOptions))\n{FAIL}\tfmt.Println(response[\"body\"])\n}}\n",
        head(call, modules, &imports),
        text(&call.action),
        text(&call.version),
        text(call.protocol()),
    )
}
