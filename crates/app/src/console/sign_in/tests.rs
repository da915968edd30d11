//! Signing in as a browser does it.

use http::header::{LOCATION, SET_COOKIE};

use crate::console::testing::{Desk, get, post};

#[test]
fn a_key_opens_the_console_and_leads_back_to_the_page() {
    let desk = Desk::new();
    let asked = desk.console.respond(&get("/console/users?MaxItems=5"));
    assert_eq!(asked.status(), 303);
    assert_eq!(asked.headers()[LOCATION], "/console/sign-in?back=%2Fconsole%2Fusers%3FMaxItems%3D5");
    let form = format!(
        "AccessKeyId={}&AccessKeySecret={}&back=%2Fconsole%2Fusers",
        desk.root.access_key_id,
        desk.root.access_key_secret.expose()
    );
    let begun = desk.console.respond(&post("/console/sign-in/key", &form));
    assert_eq!(
        (begun.status().as_u16(), begun.headers()[LOCATION].as_bytes()),
        (303, &b"/console/users"[..])
    );
    let cookie = begun.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=21600"), "{cookie}");
    let wrong = desk.console.respond(&post("/console/sign-in/key", "AccessKeyId=testid&AccessKeySecret=no"));
    assert_eq!(wrong.status(), 403);
    assert!(!wrong.headers().contains_key(SET_COOKIE));
}

#[test]
fn a_form_needs_the_proof_of_its_session() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let out = |body: &str| desk.console.respond(&root.post("/console/sign-out", body));
    assert_eq!(out("").status(), 303, "the visitor's own forms carry it");
    let mut foreign = root.post("/console/sign-out", "");
    foreign.headers.insert(http::header::ORIGIN, "http://example.com".parse().unwrap());
    assert_eq!(desk.console.respond(&foreign).status(), 403);
    let again = desk.sign_in(&desk.root);
    let mut bare = again.post("/console/sign-out", "");
    bare.body = "proof=x".into();
    assert_eq!(desk.console.respond(&bare).status(), 403);
}
