//! Identity providers.

use super::Open;
use super::fixtures::*;
use crate::identity::oidc_provider::{
    ClientIds, Fingerprints, IssuanceLimitTime, IssuerUrl, ProviderDescription, ProviderName,
};
use crate::identity::saml_provider::AuthnSignAlgo;
use crate::ids::AccountId;
use crate::store::tables::oidc_providers::{self, OidcProvider};
use crate::store::tables::saml_assertions;
use crate::store::tables::saml_providers::{self, SamlProvider};
use crate::store::{StoreError, Tx};

fn name(text: &str) -> ProviderName {
    ProviderName::parse(text).unwrap()
}

fn provider(account: AccountId, text: &str) -> OidcProvider {
    OidcProvider {
        account,
        provider_name: name(text),
        description: ProviderDescription::parse("x").unwrap(),
        issuer_url: IssuerUrl::parse(&format!("https://{text}.example.com")).unwrap(),
        client_ids: ClientIds::parse("one,two").unwrap(),
        fingerprints: Fingerprints::parse(&"ab".repeat(20)).unwrap(),
        issuance_limit_time: IssuanceLimitTime::new(12).unwrap(),
        key_set: None,
        create_date: noon(1),
        update_date: noon(2),
    }
}

fn saml(account: AccountId, text: &str) -> SamlProvider {
    SamlProvider {
        account,
        provider_name: name(text),
        description: ProviderDescription::parse("x").unwrap(),
        metadata_document: "<x/>".into(),
        authn_sign_algo: AuthnSignAlgo::RsaSha1,
        create_date: noon(1),
        update_date: noon(2),
    }
}

/// Something of everything, for an account that is to go.
pub fn fill(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    oidc_providers::insert(tx, &provider(account, "idp"))?;
    saml_providers::insert(tx, &saml(account, "idp"))?;
    saml_assertions::insert(tx, account, b"one", noon(1)).map(drop)
}

pub fn an_oidc_provider_keeps_its_fields(open: Open) {
    let store = with_account(open());
    let find = |text: &str| {
        let name = name(text);
        read(&store, |tx| oidc_providers::find(tx, ACCOUNT, &name))
    };
    write(&store, |tx| {
        ["b", "a", "c"].iter().try_for_each(|text| oidc_providers::insert(tx, &provider(ACCOUNT, text)))
    })
    .unwrap();
    assert_eq!(find("a"), Some(provider(ACCOUNT, "a")));
    let taken = [
        provider(ACCOUNT, "a"),
        OidcProvider {
            issuer_url: IssuerUrl::parse("https://a.example.com").unwrap(),
            ..provider(ACCOUNT, "d")
        },
    ];
    for row in taken {
        let refusal = refused(&store, move |tx| oidc_providers::insert(tx, &row));
        assert!(matches!(refusal, StoreError::Exists { what: "OIDC provider" }), "{refusal}");
    }
    let issuer = IssuerUrl::parse("https://b.example.com").unwrap();
    assert!(read(&store, |tx| oidc_providers::is_issuer(tx, ACCOUNT, &issuer)));
    let changed = OidcProvider {
        description: ProviderDescription::default(),
        client_ids: ClientIds::default(),
        fingerprints: Fingerprints::default(),
        issuance_limit_time: IssuanceLimitTime::new(168).unwrap(),
        key_set: Some("{}".into()),
        update_date: noon(3),
        ..provider(ACCOUNT, "a")
    };
    let row = changed.clone();
    write(&store, move |tx| oidc_providers::update(tx, &row)).unwrap();
    assert_eq!(find("a"), Some(changed));
    let listed = |after: Option<&str>, limit| -> Vec<String> {
        let after = after.map(name);
        let rows = read(&store, |tx| oidc_providers::list(tx, ACCOUNT, after.as_ref(), limit));
        rows.iter().map(|row| row.provider_name.to_string()).collect()
    };
    assert_eq!(
        (listed(None, 2), listed(Some("b"), 9)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()])
    );
    assert_eq!(read(&store, |tx| oidc_providers::count(tx, ACCOUNT)), 3);
    assert!(write(&store, |tx| oidc_providers::delete(tx, ACCOUNT, &name("b"))).unwrap());
    assert!(!write(&store, |tx| oidc_providers::delete(tx, ACCOUNT, &name("b"))).unwrap());
    assert_eq!((find("b"), read(&store, |tx| oidc_providers::count(tx, ACCOUNT))), (None, 2));
    let refusal = refused(&store, |tx| oidc_providers::update(tx, &provider(ACCOUNT, "b")));
    assert!(matches!(refusal, StoreError::Absent { what: "OIDC provider" }), "{refusal}");
}

pub fn a_saml_provider_keeps_its_fields(open: Open) {
    let store = with_account(open());
    let find = |text: &str| {
        let name = name(text);
        read(&store, |tx| saml_providers::find(tx, ACCOUNT, &name))
    };
    write(&store, |tx| {
        ["b", "a", "c"].iter().try_for_each(|text| saml_providers::insert(tx, &saml(ACCOUNT, text)))
    })
    .unwrap();
    assert_eq!(find("a"), Some(saml(ACCOUNT, "a")));
    let refusal = refused(&store, |tx| saml_providers::insert(tx, &saml(ACCOUNT, "a")));
    assert!(matches!(refusal, StoreError::Exists { what: "SAML provider" }), "{refusal}");
    let changed = SamlProvider {
        description: ProviderDescription::default(),
        metadata_document: "<y/>".into(),
        authn_sign_algo: AuthnSignAlgo::RsaSha256,
        update_date: noon(3),
        ..saml(ACCOUNT, "a")
    };
    let row = changed.clone();
    write(&store, move |tx| saml_providers::update(tx, &row)).unwrap();
    assert_eq!(find("a"), Some(changed));
    let after = name("a");
    let listed = read(&store, |tx| saml_providers::list(tx, ACCOUNT, Some(&after), 9));
    assert_eq!(listed, [saml(ACCOUNT, "b"), saml(ACCOUNT, "c")]);
    assert_eq!(read(&store, |tx| saml_providers::count(tx, ACCOUNT)), 3);
    assert!(write(&store, |tx| saml_providers::delete(tx, ACCOUNT, &name("b"))).unwrap());
    assert!(!write(&store, |tx| saml_providers::delete(tx, ACCOUNT, &name("b"))).unwrap());
    assert_eq!(find("b"), None);
    let refusal = refused(&store, |tx| saml_providers::update(tx, &saml(ACCOUNT, "b")));
    assert!(matches!(refusal, StoreError::Absent { what: "SAML provider" }), "{refusal}");
}

pub fn an_assertion_is_taken_once(open: Open) {
    let store = with_account(open());
    let insert = |text: &'static [u8], ends| {
        write(&store, move |tx| saml_assertions::insert(tx, ACCOUNT, text, noon(ends))).unwrap()
    };
    assert!(insert(b"one", 5) && insert(b"two", 6) && insert(b"three", 7));
    assert!(!insert(b"one", 9), "an assertion is the same whenever it is said to end");
    let forget = |now, most| {
        write(&store, move |tx| saml_assertions::delete_ended(tx, ACCOUNT, noon(now), most)).unwrap()
    };
    assert_eq!((forget(4, 9), forget(6, 1), forget(6, 9)), (0, 1, 1));
    assert!(!insert(b"three", 7) && insert(b"one", 9));
}
