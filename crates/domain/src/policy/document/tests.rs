//! What is read and what is refused, with its place.

use super::*;

const EVERYTHING: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{statements}]}}"#)
}

fn refused(text: &str) -> (String, String) {
    let malformed = Document::parse(text).unwrap_err();
    (malformed.place, malformed.what)
}

fn place(text: &str) -> String {
    refused(text).0
}

#[test]
fn what_the_vendor_writes_is_read() {
    for statement in [
        EVERYTHING,
        r#"{"Effect":"Deny","NotAction":["ram:Get*","oss:ListBuckets"],"NotResource":["acs:oss:*:*:a/*"]}"#,
        r#"{"Action":["yundun-sas:Describe*"],"Resource":"acs:ram::1234567890123456:user/alice","Effect":"Allow"}"#,
        r#"{"Effect":"Allow","Action":"ram:*","Resource":"*","Condition":{}}"#,
        r#"{"Effect":"Allow","Action":"ram:*","Resource":["*"],"Condition":{
            "IpAddress":{"acs:SourceIp":["10.0.0.0/8","2001:db8::1"]},
            "Bool":{"acs:SecureTransport":"true","acs:MFAPresent":true},
            "NumericLessThan":{"oss:MaxKeys":100},
            "DateLessThan":{"acs:CurrentTime":"2026-11-01T17:00:00+08:00"}}}"#,
    ] {
        let read = Document::parse(&document(statement)).unwrap();
        assert_eq!(read.statements().len(), 1, "{statement}");
    }
}

#[test]
fn the_place_is_told() {
    let long = document(&format!("{EVERYTHING}{}", " ".repeat(MAX_BYTES)));
    let many = document(&vec![EVERYTHING; MAX_STATEMENTS + 1].join(","));
    let wild =
        format!(r#"{{"Effect":"Allow","Action":"ram:{}","Resource":"*"}}"#, "*".repeat(MAX_WILDCARDS + 1));
    let wide =
        format!(r#"{{"Effect":"Allow","Action":"ram:{}","Resource":"*"}}"#, "a".repeat(MAX_PATTERN_BYTES));
    for (text, expected) in [
        ("", "line 1 column 0"),
        ("{", "line 1 column 1"),
        ("{\n\"Version\": 1,,}", "line 2 column 14"),
        ("[]", "the document"),
        ("{}", "the document"),
        (&"[".repeat(1000), "line 1 column 128"),
        (long.as_str(), "the document"),
        (many.as_str(), "Statement"),
        (r#"{"Version":"1","Statement":[]}"#, "Statement"),
        (r#"{"Version":"1","Statement":{}}"#, "Statement"),
        (r#"{"Version":"2","Statement":[]}"#, "Version"),
        (r#"{"Version":1,"Statement":[]}"#, "Version"),
        (r#"{"Version":"1","Version":"1"}"#, "Version"),
        (r#"{"Version":"1","Statement":[],"Id":"x"}"#, "Id"),
        (&document(r#"{"Effect":"allow","Action":"*","Resource":"*"}"#), "Statement[0].Effect"),
        (&document(r#"{"Action":"*","Resource":"*"}"#), "Statement[0]"),
        (&document(r#"{"Effect":"Allow","Resource":"*"}"#), "Statement[0]"),
        (&document(r#"{"Effect":"Allow","Action":"*"}"#), "Statement[0]"),
        (&document(r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#), "Statement[0].Action"),
        (&document(r#"{"Effect":"Allow","Action":["*",1],"Resource":"*"}"#), "Statement[0].Action[1]"),
        (&document(r#"{"Effect":"Allow","Action":"GetUser","Resource":"*"}"#), "Statement[0].Action"),
        (&document(r#"{"Effect":"Allow","Action":"ram:Get User","Resource":"*"}"#), "Statement[0].Action"),
        (&document(r#"{"Effect":"Allow","Action":"ram:","Resource":"*"}"#), "Statement[0].Action"),
        (
            &document(r#"{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}"#),
            "Statement[0].NotAction",
        ),
        (&document(r#"{"Effect":"Allow","Action":"*","Resource":"user/alice"}"#), "Statement[0].Resource"),
        (&document(r#"{"Effect":"Allow","Action":"*","Resource":"acs:ram"}"#), "Statement[0].Resource"),
        (
            &document(r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":{}}"#),
            "Statement[0].Principal",
        ),
        (&document(&format!("{EVERYTHING},null")), "Statement[1]"),
        (&document(&wild), "Statement[0].Action"),
        (&document(&wide), "Statement[0].Action"),
    ] {
        assert_eq!(place(text), expected, "{text}");
    }
}

#[test]
fn conditions_are_refused_where_they_are_wrong() {
    for (condition, expected) in [
        (r#"[]"#, ""),
        (r#"{"Like":{"a":"b"}}"#, ".Like"),
        (r#"{"StringEquals":{}}"#, ".StringEquals"),
        (r#"{"StringEquals":"a"}"#, ".StringEquals"),
        (r#"{"StringEquals":{"a":"b","a":"c"}}"#, ".StringEquals.a"),
        (r#"{"StringEquals":{"a":"b"},"StringEquals":{"c":"d"}}"#, ".StringEquals"),
        (r#"{"StringEquals":{"a":[]}}"#, ".StringEquals.a"),
        (r#"{"StringEquals":{"a":["b",null]}}"#, ".StringEquals.a[1]"),
        (r#"{"IpAddress":{"acs:SourceIp":"10.0.0.0/33"}}"#, ".IpAddress.acs:SourceIp"),
        (r#"{"DateLessThan":{"acs:CurrentTime":"soon"}}"#, ".DateLessThan.acs:CurrentTime"),
        (r#"{"Bool":{"acs:MFAPresent":"yes"}}"#, ".Bool.acs:MFAPresent"),
        (r#"{"NumericEquals":{"n":["1","one"]}}"#, ".NumericEquals.n[1]"),
    ] {
        let statement =
            format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#);
        assert_eq!(place(&document(&statement)), format!("Statement[0].Condition{expected}"), "{condition}");
    }
}

#[test]
fn a_refusal_names_the_place_to_the_caller() {
    let malformed = Document::parse(&document(r#"{"Effect":"Maybe"}"#)).unwrap_err();
    let refusal: Box<ApiError> = malformed.into();
    assert_eq!(refusal.code.to_string(), "MalformedPolicyDocument");
    assert_eq!(
        refusal.message,
        "The policy document is malformed. Statement[0].Effect: it must be \"Allow\" or \"Deny\"."
    );
}

#[test]
fn trust_documents() {
    let trust = |principal: &str| {
        document(&format!(r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}}}"#))
    };
    let read = Document::parse_trust(&trust(
        r#"{"RAM":["acs:ram::1234567890123456:root"],"Service":"ecs.aliyuncs.com",
            "Federated":["acs:ram::1234567890123456:saml-provider/idp"]}"#,
    ))
    .unwrap();
    assert_eq!(read.statements()[0].principals.len(), 3);
    for (principal, expected) in [
        ("{}", ""),
        (r#""*""#, ""),
        (r#"{"RAM":"*"}"#, ".RAM"),
        (r#"{"RAM":["acs:ram::1:root","1234567890123456"]}"#, ".RAM[1]"),
        (r#"{"RAM":"acs:ram::12345*:root"}"#, ".RAM"),
        (r#"{"AWS":"x"}"#, ".AWS"),
        (r#"{"Service":""}"#, ".Service"),
        (r#"{"Federated":"idp"}"#, ".Federated"),
    ] {
        let malformed = Document::parse_trust(&trust(principal)).unwrap_err();
        assert_eq!(malformed.place, format!("Statement[0].Principal{expected}"), "{principal}");
    }
    let both = document(
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Principal":{"Service":"x"}}"#,
    );
    assert_eq!(Document::parse_trust(&both).unwrap_err().place, "Statement[0].Resource");
    assert!(Document::parse(&trust(r#"{"Service":"x"}"#)).is_err(), "it permits nobody anything");
    assert!(Document::parse_trust(&document(EVERYTHING)).is_err(), "it trusts nobody");
}

#[test]
fn what_permits_everything_is_known() {
    for (statement, expected) in [
        (EVERYTHING, true),
        (r#"{"Effect":"Allow","Action":["ram:Get*","*:*"],"Resource":["*"]}"#, true),
        (r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#, false),
        (r#"{"Effect":"Allow","Action":"ram:*","Resource":"*"}"#, false),
        (r#"{"Effect":"Allow","Action":"*","Resource":"acs:ram:*:*:*"}"#, false),
        (r#"{"Effect":"Allow","NotAction":"*","Resource":"*"}"#, false),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"true"}}}"#,
            false,
        ),
    ] {
        let read = Document::parse(&document(statement)).unwrap();
        assert_eq!(read.permits_everything(), expected, "{statement}");
    }
}
