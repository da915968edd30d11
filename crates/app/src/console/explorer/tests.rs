//! The explorer as visitors see it.

use ramward_domain::ops::OPERATIONS;
use ramward_rpc::api::Product;

use crate::console::testing::{ACCOUNT, Desk};

const REPORT: &str = "/console/explorer/ims/GetAccountSecurityPracticeReport";

/// The text of a page's tables, cell by cell.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |row: &str| {
        let cells = row.split("</t").filter_map(|cell| cell.rsplit_once("\">").or(cell.rsplit_once("<td>")));
        let text = |(_, cell): (&str, &str)| cell.replace("<code>", "").replace("</code>", "");
        cells.map(text).collect()
    };
    page.split("<tr>").skip(1).map(|row| cells(row.split("</tr>").next().unwrap_or_default())).collect()
}

#[test]
fn every_operation_is_listed_and_has_a_page_of_bounded_size() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let list = desk.page(&root, "/console/explorer");
    assert!(list.len() < 100 * 1024, "{}", list.len());
    for api in OPERATIONS.iter().map(|operation| operation.api()) {
        let path = super::path(api.product, api.action);
        assert!(list.contains(&format!("href=\"{path}\"")), "{path}");
        let page = desk.page(&root, &path);
        assert!(page.contains(&format!("<h1>{}</h1>", api.action)), "{path}");
        assert!(page.len() < 100 * 1024, "{path}: {}", page.len());
    }
    let found = desk.page(&root, "/console/explorer?q=oidc%20FINGERPRINT");
    assert_eq!(found.matches("href=\"/console/explorer/").count(), 2, "{found}");
    let none = desk.page(&root, "/console/explorer?q=%3Cscript%3Ealert(1)%3C/script%3E");
    assert!(!none.contains("<script>alert"), "{none}");
    for path in ["/console/explorer/ims/NoSuch", "/console/explorer/ecs/ListUsers"] {
        assert_eq!(desk.console.respond(&root.get(path)).status(), 404);
    }
    let deep =
        desk.console.respond(&root.get("/console/explorer?product=Ims&api=ListUsers&version=2019-08-15"));
    assert_eq!(deep.headers()["location"], "/console/explorer/ims/ListUsers");
}

/// Names, types, required flags and examples as in the tables of the vendor's page about the operation.
#[test]
fn the_reports_reference_has_the_rows_of_the_vendors_page() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let page = desk.page(&root, REPORT);
    let found = rows(&page);
    let has = |cells: &[&str]| {
        found
            .iter()
            .any(|row| row.starts_with(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()))
    };
    assert!(has(&["Action", "String", "Yes", "GetAccountSecurityPracticeReport"]), "{found:?}");
    for row in [
        ["AccountSecurityPracticeInfo", "Struct", ""],
        ["AccountSecurityPracticeUserInfo", "Struct", ""],
        ["BindMfa", "Boolean", "false"],
        ["OldAkNum", "Integer", "0"],
        ["RootWithAccessKey", "Integer", "1"],
        ["SubUser", "Integer", "9"],
        ["SubUserBindMfa", "Integer", "0"],
        ["SubUserPwdLevel", "String", "low"],
        ["SubUserWithOldAccessKey", "Integer", "0"],
        ["SubUserWithUnusedAccessKey", "Integer", "0"],
        ["UnusedAkNum", "Integer", "0"],
        ["Score", "Integer", "63"],
        ["RequestId", "String", "ABA822EE-85C2-4418-9577-A1831FC8466D"],
    ] {
        assert!(has(&row), "{row:?} in {found:?}");
    }
    assert!(
        page.contains("&#34;SubUserPwdLevel&#34;: &#34;low&#34;")
            && page.contains("&#60;SubUser&#62;9&#60;/SubUser&#62;")
    );
}

#[test]
fn run_answers_as_the_wire_would() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let send = |path: &str, form: &str| {
        let answer = desk.console.respond(&root.post(path, form));
        assert_eq!(answer.status(), 200);
        String::from_utf8(answer.body().to_vec()).unwrap()
    };
    let json = send(REPORT, "do=run");
    assert!(json.contains("&#34;Score&#34;:") && json.contains("application/json;charset=utf-8"), "{json}");
    let xml = send(REPORT, "do=run&format=XML");
    assert!(xml.contains("&#60;GetAccountSecurityPracticeReportResponse&#62;&#60;RequestId&#62;"), "{xml}");
    let create = "/console/explorer/ims/CreateUser";
    let name = format!("alice%40{ACCOUNT}.onaliyun.com");
    let made = send(
        create,
        &format!("do=run&UserPrincipalName={name}&DisplayName=Alice&Tag.1.Key=team&Tag.1.Value=x"),
    );
    assert!(made.contains("&#34;TagKey&#34;:&#34;team&#34;"), "{made}");
    let users = desk.ok(Product::Ims, "ListUsers", &[]);
    assert_eq!(users["Users"]["User"][0]["DisplayName"], "Alice");
    // What does not ask to run does not run.
    let shown =
        send(create, &format!("do=fill&UserPrincipalName=bob%40{ACCOUNT}.onaliyun.com&DisplayName=Bob"));
    assert!(
        shown.contains(&format!("value=\"bob@{ACCOUNT}.onaliyun.com\"")) && shown.contains("hidden>"),
        "{shown}"
    );
    assert_eq!(desk.ok(Product::Ims, "ListUsers", &[])["Users"]["User"].as_array().unwrap().len(), 1);
    let refused = send("/console/explorer/ims/GetUser", "do=run&UserPrincipalName=nobody");
    assert!(
        refused.contains("/console/errors/codes/EntityNotExist.User") || refused.contains("InvalidParameter"),
        "{refused}"
    );
}

#[test]
fn a_run_is_no_more_than_the_caller_may_do() {
    let desk = Desk::new();
    let operator = desk.sign_in(&desk.operator);
    let answer = desk.console.respond(&operator.post(REPORT, "do=run"));
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(text.contains("<dd class=\"fail\">403</dd>"), "{text}");
    let root = desk.sign_in(&desk.root);
    let answer = desk.console.respond(&root.post("/console/explorer/ramward/ListRequests", "do=run"));
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(text.contains("<dd class=\"fail\">403</dd>"), "{text}");
}

#[test]
fn what_was_typed_comes_back_as_text_and_a_password_not_at_all() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let hostile = "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E%E2%80%AE";
    let page = desk
        .page(&root, &format!("/console/explorer/ims/CreateUser?DisplayName={hostile}&Tag.1.Key={hostile}"));
    assert!(!page.contains("<img") && page.contains("&#34;&#62;&#60;img src=x"), "{page}");
    let form = format!("do=run&UserPrincipalName=x&DisplayName={hostile}&Password=Tr0ub4dor%263");
    let answer = desk.console.respond(&root.post("/console/explorer/ims/CreateLoginProfile", &form));
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(!page.contains("Tr0ub4dor"), "{page}");
}

#[test]
fn code_follows_the_form_and_is_saved_under_its_name() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let create = "/console/explorer/ims/CreateUser";
    let query = "UserPrincipalName=alice%40example.com&DisplayName=Alice&Tag.1.Key=team&Tag.1.Value=x";
    let typed = desk.page(&root, &format!("{create}?{query}&code=python"));
    assert!(typed.contains("models.CreateUserRequestTag(") && typed.contains("127.0.0.1:8686"), "{typed}");
    let generic = desk.page(&root, &format!("{create}?{query}&code=python&style=generic&endpoint=vendor"));
    assert!(
        generic.contains("&#34;Tag.1.Key&#34;: &#34;team&#34;") && generic.contains("ims.aliyuncs.com"),
        "{generic}"
    );
    let saved = desk.console.respond(&root.post(create, &format!("do=download&code=go&{query}")));
    assert_eq!(saved.headers()["content-disposition"], "attachment; filename=\"main.go\"");
    assert!(saved.body().starts_with(b"// go get github.com/alibabacloud-go/ims-20190815/v4\n"));
    let secret = desk.page(&root, "/console/explorer/ims/ChangePassword?code=curl");
    assert!(secret.contains("NewPassword=$(encode &#34;$NEW_PASSWORD&#34;)"), "{secret}");
}

#[test]
fn the_steps_of_both_signatures_are_shown_and_no_secret_is_asked_for() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let path = "/console/explorer/ims/ListUsers";
    let page = desk.page(&root, &format!("{path}?MaxItems=1&key=testid&format=XML"));
    assert!(
        page.contains("POST\n/\nFormat=XML&#38;MaxItems=1\nhost:127.0.0.1:8686\nx-acs-action:ListUsers\n"),
        "{page}"
    );
    assert!(
        page.contains("POST&#38;%2F&#38;AccessKeyId%3Dtestid%26Action%3DListUsers%26Format%3DXML"),
        "{page}"
    );
    assert!(page.contains("&#38;Signature=\""), "the path to which the script adds the signature");
    let fields: Vec<&str> = page.split("<input").filter(|field| field.contains("id=\"secret\"")).collect();
    assert_eq!(fields.len(), 1);
    assert!(!fields[0].split('>').next().unwrap().contains("name="), "a field without a name is not sent");
    // A password stands in what is signed; it is shown only to who asks for that.
    let login = "/console/explorer/ims/CreateLoginProfile";
    let post = |what: &str| {
        let form = format!("do={what}&UserPrincipalName=x&Password=Tr0ub4dor");
        String::from_utf8(desk.console.respond(&root.post(login, &form)).body().to_vec()).unwrap()
    };
    assert!(!post("code").contains("Tr0ub4dor") && post("sign").contains("Tr0ub4dor"));
    let open = desk.page(&root, "/console/explorer/sts/AssumeRoleWithOIDC");
    assert!(!open.contains("id=\"secret\""), "nothing is signed");
}

#[test]
fn operations_are_described_in_the_pages_language() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    for (lang, own, other) in
        [("zh", "创建 RAM 用户。", "Makes a RAM user."), ("en", "Makes a RAM user.", "创建 RAM 用户。")]
    {
        for path in ["/console/explorer?q=CreateUser", "/console/explorer/ims/CreateUser"] {
            let mut request = root.get(path);
            request.headers.insert(http::header::ACCEPT_LANGUAGE, lang.parse().unwrap());
            let page = String::from_utf8(desk.console.respond(&request).body().to_vec()).unwrap();
            assert!(page.contains(own) && !page.contains(other), "{path}: {page}");
        }
    }
    let found = desk.page(&root, "/console/explorer?q=%E7%94%A8%E6%88%B7%E7%BB%84%20%E8%A7%92%E8%89%B2");
    assert!(found.contains("ListEntitiesForPolicy") && !found.contains("CreateAccessKey"), "{found}");
}
