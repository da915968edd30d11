//! The overview of prepared accounts, as pages and as files.

use ramward_rpc::api::Product;

use crate::console::testing::Desk;

/// The account of the vendor page's sample answer: nine users, a root AccessKey, nothing else.
fn sample() -> Desk {
    let desk = Desk::new();
    for number in 1..=9 {
        let name = format!("user-{number}@1234567890123456.onaliyun.com");
        desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &name), ("DisplayName", "x")]);
    }
    desk
}

#[test]
fn the_sample_account_with_score_ledger_and_ways_to_repair() {
    let desk = sample();
    let page = desk.page(&desk.sign_in(&desk.root), "/console/overview");
    for part in [
        "<b>63</b>",
        "63.64 points, cut to 63",
        "Root has an MFA device",
        "href=\"/console/root\">Fix: root",
        "href=\"/console/settings\">Fix: settings",
        "href=\"/console/findings?Check=users_mfa\">Fix: see who",
        "0.00 / 9.09",
        "<code>CreateUser</code>",
        "CIS Alibaba Cloud Foundation Benchmark v2.0.0",
        "href=\"/console/overview/explained/sarif\"",
        "href=\"/console/credential-report.csv\"",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let (first, done) =
        (page.find("Root has an MFA device").unwrap(), page.find("RAM users do the work").unwrap());
    assert!(first < done, "what is to do stands first");
    assert!(page.len() < 100 * 1024, "{} bytes", page.len());
}

#[test]
fn a_repair_shows_in_score_and_trend() {
    let desk = sample();
    let root = desk.sign_in(&desk.root);
    assert!(!desk.page(&root, "/console/overview").contains("<polyline"), "one instant is no line");
    desk.clock.advance(3600);
    desk.ok(
        Product::Ims,
        "SetPasswordPolicy",
        &[
            ("MinimumPasswordLength", "14"),
            ("RequireLowercaseCharacters", "true"),
            ("RequireUppercaseCharacters", "true"),
            ("RequireNumbers", "true"),
            ("RequireSymbols", "true"),
        ],
    );
    let page = desk.page(&root, "/console/overview");
    assert!(page.contains("<b>72</b>") && page.contains("<dd>72 (+9)</dd>"), "{page}");
    assert!(page.contains("<polyline"), "{page}");
    assert!(
        !page.contains("href=\"/console/settings\">Fix: settings</a>\n</p>"),
        "the ledger is done with the policy"
    );
}

#[test]
fn the_page_speaks_chinese() {
    let desk = sample();
    let mut request = desk.sign_in(&desk.root).get("/console/overview");
    request.headers.insert(http::header::ACCEPT_LANGUAGE, "zh-CN".parse().unwrap());
    let answer = desk.console.respond(&request);
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    for part in [
        "安全分",
        "主账号已启用多因素认证 MFA",
        "为主账号创建虚拟 MFA 设备",
        "得分 63.64，取整为 63",
        "待修复",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let main = page.split_once("<main").unwrap().1;
    assert!(!main.contains("Root has an MFA device"), "{main}");
}

#[test]
fn the_ten_values_as_files() {
    let desk = sample();
    let root = desk.sign_in(&desk.root);
    let json: serde_json::Value =
        serde_json::from_str(&desk.page(&root, "/console/overview/security-report/json")).unwrap();
    let report = desk.ok(Product::Ims, "GetAccountSecurityPracticeReport", &[]);
    assert_eq!(json, report["AccountSecurityPracticeInfo"]);
    let csv = desk.page(&root, "/console/overview/security-report/csv");
    let (names, values) = csv.trim_end().split_once("\r\n").unwrap();
    let cells: std::collections::BTreeMap<&str, &str> = names.split(',').zip(values.split(',')).collect();
    assert_eq!(cells.len(), 10);
    assert_eq!(
        (cells["Score"], cells["SubUser"], cells["SubUserPwdLevel"], cells["BindMfa"]),
        ("63", "9", "low", "false")
    );
    let answer = desk.console.respond(&root.get("/console/overview/security-report/csv"));
    let disposition = answer.headers()[http::header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"security-report-1234567890123456.csv\"");
    let missing = desk.console.respond(&root.get("/console/overview/security-report/pdf"));
    assert_eq!(missing.status(), 404);
}

#[test]
fn every_format_is_offered_and_tells_of_the_findings() {
    let desk = sample();
    let root = desk.sign_in(&desk.root);
    let page = desk.page(&root, "/console/overview");
    for format in crate::formats::FORMATS {
        let path = format!("/console/overview/explained/{}", format.name);
        assert!(page.contains(&format!("href=\"{path}\"")), "{path} is not offered");
        let text = desk.page(&root, &path);
        let says_where = matches!(format.name, "html" | "json");
        assert!(!says_where || text.contains("http://127.0.0.1:8686"), "{path}: {text}");
        assert!(text.contains("1234567890123456") && text.contains("user-1"), "{path}: {text}");
    }
}

#[test]
fn the_operator_sees_any_account_and_repairs_none() {
    let desk = sample();
    let operator = desk.sign_in(&desk.operator);
    let lost = desk.console.respond(&operator.get("/console/overview"));
    assert_eq!(
        (lost.status().as_u16(), lost.headers()[http::header::LOCATION].as_bytes()),
        (303, &b"/console/accounts"[..])
    );
    let page = desk.page(&operator, "/console/overview?AccountId=1234567890123456");
    assert!(page.contains("<b>63</b>") && !page.contains("/console/root"), "{page}");
    assert!(
        page.contains("href=\"/console/findings?AccountId=1234567890123456&#38;Check=users_mfa\""),
        "{page}"
    );
    let report = desk.page(&operator, "/console/overview/security-report/json?AccountId=1234567890123456");
    assert!(report.contains("\"Score\": 63"), "{report}");
    let nobody = desk.console.respond(&operator.get("/console/overview?AccountId=2000000000000000"));
    assert_eq!(nobody.status(), 404);
}

#[test]
fn an_account_sees_no_other_one() {
    let desk = sample();
    let root = desk.sign_in(&desk.root);
    let other = desk.page(&root, "/console/overview?AccountId=2000000000000000");
    let main = other.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
    assert!(
        main.contains("<b>63</b>") && !main.contains("2000000000000000"),
        "the address names nobody: {main}"
    );
}

/// Who may read the report and nothing more sees what the ten values tell, with the same score and points.
#[test]
fn the_ten_values_alone_make_an_overview_without_names() {
    let desk = sample();
    let document = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"ram:GetAccountSecurityPracticeReport","Resource":"*"},
        {"Effect":"Deny","Action":"ramward:Explain*","Resource":"*"}]}"#;
    desk.ok(Product::Ram, "CreatePolicy", &[("PolicyName", "numbers"), ("PolicyDocument", document)]);
    let reader = desk.user_who_may("reader", Some(("Custom", "numbers")));
    let root = desk.sign_in(&desk.root);
    let (part, whole) = (desk.page(&reader, "/console/overview"), desk.page(&root, "/console/overview"));
    let score = |page: &str| page.split_once("<b>").unwrap().1.split('<').next().unwrap().to_owned();
    assert_eq!(score(&part), score(&whole));
    let points = |page: &str| -> Vec<String> {
        let cards = page.split("<li class=\"card check").skip(1);
        cards.map(|card| card.split("<dd>").nth(2).unwrap().split('<').next().unwrap().to_owned()).collect()
    };
    assert_eq!(points(&part), points(&whole));
    assert_eq!(points(&part).len(), 9);
    assert!(part.contains("<code>ramward:ExplainAccountSecurityPracticeReport</code>"), "{part}");
    assert!(part.contains("/console/overview/security-report/json"), "the ten values are still offered");
    assert!(!part.contains("/console/overview/explained/"), "what would be refused is not offered");
    assert!(!part.contains("ramward collect"), "{part}");
    assert!(!whole.contains("ramward:Explain"), "{whole}");
    let findings = desk.page(&reader, "/console/findings?Check=users_mfa");
    assert!(findings.contains("NoPermission") && findings.contains("ListSecurityFindings"), "{findings}");
    assert!(desk.page(&reader, "/console/what-if").contains("value=\"users_mfa\""));
}

/// Who may not even read the report is told what to ask for; with just that, everything is there.
#[test]
fn without_any_permission_the_page_names_the_policy_to_ask_for() {
    let desk = sample();
    let nobody = desk.user_who_may("nobody", None);
    let mut policy = String::new();
    for path in ["/console/overview", "/console/findings", "/console/what-if"] {
        let answer = desk.console.respond(&nobody.get(path));
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        assert_eq!(answer.status(), 403, "{page}");
        assert!(page.contains("AliyunRAMReadOnlyAccess") && page.contains("RequestId"), "{page}");
        let shown = page.split_once("<pre id=\"policy\"").unwrap().1.split_once('>').unwrap().1;
        policy = shown.split("</pre>").next().unwrap().replace("&#34;", "\"");
    }
    desk.ok(Product::Ram, "CreatePolicy", &[("PolicyName", "report"), ("PolicyDocument", &policy)]);
    for (name, policy) in [("one", ("Custom", "report")), ("two", ("System", "AliyunRAMReadOnlyAccess"))] {
        let reader = desk.user_who_may(name, Some(policy));
        let page = desk.page(&reader, "/console/overview");
        assert!(page.contains("/console/overview/explained/") && page.contains("Last change"), "{page}");
        assert!(desk.page(&reader, "/console/findings?Check=users_mfa").contains("user-1"));
        assert!(desk.page(&reader, "/console/what-if?Repair=users_mfa").contains("The score then"));
    }
}
