//! Groups, custom policies, roles, their tags, and what is attached to whom.

use std::sync::{Arc, Mutex};

use super::Open;
use super::fixtures::*;
use crate::identity::policy::{PolicyDescription, PolicyDocument, PolicyName, PolicyType, VersionId};
use crate::identity::role::{RoleDescription, ServiceName, TaggedType, TrustPolicy};
use crate::ids::{AccountId, GroupId, RoleId};
use crate::store::tables::groups::Group;
use crate::store::tables::policies::Policy;
use crate::store::tables::policy_attachments::{Attachment, Principal};
use crate::store::tables::policy_versions::PolicyVersion;
use crate::store::tables::roles::Role;
use crate::store::tables::users::TagFilter;
use crate::store::tables::{
    accounts, group_members, groups, policies, policy_attachments, policy_uses, policy_versions, roles, tags,
    users,
};
use crate::store::{Effect, Store, StoreError, Total, Tx};

fn group_id(number: i64) -> GroupId {
    GroupId::new(number).unwrap()
}

fn role_id(number: i64) -> RoleId {
    RoleId::new(number).unwrap()
}

fn name(text: &str) -> PolicyName {
    PolicyName::parse(text).unwrap()
}

fn version(number: i64) -> VersionId {
    VersionId::new(number).unwrap()
}

fn group(account: AccountId, number: i64) -> Group {
    Group {
        account,
        group_id: group_id(number),
        group_name: format!("group{number}").parse().unwrap(),
        display_name: "".parse().unwrap(),
        comments: "".parse().unwrap(),
        create_date: noon(10),
        update_date: noon(10),
    }
}

fn policy(account: AccountId, text: &str) -> Policy {
    Policy {
        account,
        policy_name: name(text),
        description: PolicyDescription::default(),
        default_version: VersionId::FIRST,
        last_version: VersionId::FIRST,
        full_access: false,
        create_date: noon(10),
        update_date: noon(10),
    }
}

fn document(account: AccountId, text: &str, number: i64) -> PolicyVersion {
    PolicyVersion {
        account,
        policy_name: name(text),
        version: version(number),
        document: PolicyDocument::parse(&format!("{{\"Number\": {number}}}")).unwrap(),
        create_date: noon(10 + number),
    }
}

fn role(account: AccountId, number: i64) -> Role {
    Role {
        account,
        role_id: role_id(number),
        role_name: format!("role{number}").parse().unwrap(),
        description: RoleDescription::default(),
        trust_policy: TrustPolicy::parse("{}").unwrap(),
        max_session_duration: ramward_rpc::shape::Bounded::new(3600).unwrap(),
        allow_console_login: true,
        create_date: noon(10),
        update_date: noon(10),
        service_name: None,
    }
}

fn attachment(policy_type: PolicyType, text: &str) -> Attachment {
    Attachment { policy_type, policy_name: name(text), attach_date: noon(20) }
}

fn attach(
    tx: &mut Tx<'_>,
    account: AccountId,
    principal: Principal,
    policy_type: PolicyType,
    text: &str,
) -> Result<(), StoreError> {
    policy_attachments::insert(tx, account, principal, &attachment(policy_type, text))
}

/// Something of everything in an account that has user 1.
pub fn fill(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    groups::insert(tx, &group(account, 1))?;
    group_members::insert(tx, account, group_id(1), user_id(1), noon(11))?;
    policies::insert(tx, &Policy { full_access: true, ..policy(account, "p") })?;
    policy_versions::insert(tx, &document(account, "p", 1))?;
    roles::insert(tx, &role(account, 1))?;
    tags::update(tx, account, TaggedType::Role, "role1", &tag_key("team"), &tag_value("red"))?;
    tags::update(tx, account, TaggedType::Policy, "p", &tag_key("team"), &tag_value("red"))?;
    for principal in [Principal::User(user_id(1)), Principal::Group(group_id(1)), Principal::Role(role_id(1))]
    {
        attach(tx, account, principal, PolicyType::Custom, "p")?;
        attach(tx, account, principal, PolicyType::System, "p")?;
    }
    Ok(())
}

pub fn a_group_keeps_its_fields_and_its_members(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    let mut row = group(ACCOUNT, 5);
    let set = row.clone();
    write(&store, move |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &user(ACCOUNT, 2))?;
        groups::insert(tx, &set)?;
        groups::insert(tx, &group(ACCOUNT, 6))
    })
    .unwrap();
    row.group_name = "dev.team".parse().unwrap();
    row.display_name = "开发".parse().unwrap();
    row.comments = "a\nb".parse().unwrap();
    row.update_date = noon(12);
    let set = row.clone();
    write(&store, move |tx| groups::update(tx, &set)).unwrap();
    assert_eq!(read(&store, |tx| groups::find(tx, ACCOUNT, row.group_id)), Some(row.clone()));
    assert_eq!(read(&store, |tx| groups::find_by_name(tx, ACCOUNT, &row.group_name)), Some(row.clone()));
    assert_eq!(read(&store, |tx| groups::count(tx, ACCOUNT)), 2);
    let ids = |after, limit| -> Vec<i64> {
        let listed = read(&store, |tx| groups::list(tx, ACCOUNT, after, limit));
        listed.iter().map(|row| row.group_id.get()).collect()
    };
    assert_eq!((ids(None, 1), ids(None, 9), ids(Some(group_id(5)), 9)), (vec![5], vec![5, 6], vec![6]));
    let mut same_name = group(ACCOUNT, 7);
    same_name.group_name = row.group_name.clone();
    let mut renamed = group(ACCOUNT, 6);
    renamed.group_name = row.group_name.clone();
    for refusal in [
        refused(&store, move |tx| groups::insert(tx, &same_name)),
        refused(&store, |tx| groups::insert(tx, &group(ACCOUNT, 6))),
        refused(&store, move |tx| groups::update(tx, &renamed)),
    ] {
        assert!(matches!(refusal, StoreError::Exists { what: "group" }), "{refusal}");
    }
    let refusal = refused(&store, |tx| groups::update(tx, &group(ACCOUNT, 8)));
    assert!(matches!(refusal, StoreError::Absent { what: "group" }), "{refusal}");

    write(&store, |tx| {
        group_members::insert(tx, ACCOUNT, group_id(5), user_id(2), noon(13))?;
        group_members::insert(tx, ACCOUNT, group_id(5), user_id(1), noon(14))?;
        group_members::insert(tx, ACCOUNT, group_id(6), user_id(1), noon(15))
    })
    .unwrap();
    let refusal = refused(&store, |tx| group_members::insert(tx, ACCOUNT, group_id(5), user_id(1), noon(1)));
    assert!(matches!(refusal, StoreError::Exists { what: "membership" }), "{refusal}");
    let members =
        |after, limit| read(&store, |tx| group_members::list_users(tx, ACCOUNT, group_id(5), after, limit));
    assert_eq!(members(None, 9), [(user_id(1), noon(14)), (user_id(2), noon(13))]);
    assert_eq!(members(Some(user_id(1)), 9), [(user_id(2), noon(13))]);
    assert_eq!(members(None, 1), [(user_id(1), noon(14))]);
    let of = |user| read(&store, |tx| group_members::list_groups(tx, ACCOUNT, user_id(user)));
    assert_eq!(of(1), [(group_id(5), noon(14)), (group_id(6), noon(15))]);
    assert_eq!(read(&store, |tx| group_members::count_groups(tx, ACCOUNT, user_id(1))), 2);
    assert!(read(&store, |tx| group_members::is_member(tx, ACCOUNT, group_id(6), user_id(1))));
    let leave = |group, user| {
        write(&store, move |tx| group_members::delete(tx, ACCOUNT, group_id(group), user_id(user))).unwrap()
    };
    assert_eq!((leave(6, 1), leave(6, 1)), (true, false));
    assert!(!read(&store, |tx| group_members::is_member(tx, ACCOUNT, group_id(6), user_id(1))));
    // A user that goes leaves its groups, a group that goes has no members.
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap();
    assert_eq!(members(None, 9), [(user_id(2), noon(13))]);
    let gone = |group| write(&store, move |tx| groups::delete(tx, ACCOUNT, group_id(group))).unwrap();
    assert_eq!((gone(5), gone(6), gone(6)), (true, true, false));
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(2))).unwrap();
    assert_eq!(dump(&store), before);
}

pub fn a_policy_keeps_its_fields_and_its_versions(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        ["b", "a", "c"].into_iter().try_for_each(|text| {
            policies::insert(tx, &policy(ACCOUNT, text))?;
            policy_versions::insert(tx, &document(ACCOUNT, text, 1))
        })
    })
    .unwrap();
    let row = Policy {
        description: PolicyDescription::parse("what it is for").unwrap(),
        default_version: version(2),
        last_version: version(3),
        full_access: true,
        update_date: noon(11),
        ..policy(ACCOUNT, "a")
    };
    let set = row.clone();
    write(&store, move |tx| {
        policy_versions::insert(tx, &document(ACCOUNT, "a", 3))?;
        policy_versions::insert(tx, &document(ACCOUNT, "a", 2))?;
        policies::update(tx, &set)
    })
    .unwrap();
    assert_eq!(read(&store, |tx| policies::find(tx, ACCOUNT, &name("a"))), Some(row));
    assert_eq!(read(&store, |tx| policies::find(tx, ACCOUNT, &name("d"))), None);
    let names = |after: &str, limit| -> Vec<String> {
        let listed = read(&store, |tx| policies::list(tx, ACCOUNT, after, limit));
        listed.iter().map(|row| row.policy_name.to_string()).collect()
    };
    assert_eq!((names("", 2), names("b", 2)), (vec!["a".into(), "b".into()], vec!["c".into()]));
    assert_eq!(read(&store, |tx| policies::count(tx, ACCOUNT)), 3);
    let versions = |text: &str| -> Vec<PolicyVersion> {
        let policy = name(text);
        read(&store, |tx| policy_versions::list(tx, ACCOUNT, &policy))
    };
    assert_eq!(versions("a"), [1, 2, 3].map(|number| document(ACCOUNT, "a", number)));
    let find = |number| read(&store, |tx| policy_versions::find(tx, ACCOUNT, &name("a"), version(number)));
    assert_eq!((find(2), find(4)), (Some(document(ACCOUNT, "a", 2)), None));
    for (refusal, what) in [
        (refused(&store, |tx| policies::insert(tx, &policy(ACCOUNT, "a"))), "policy"),
        (refused(&store, |tx| policy_versions::insert(tx, &document(ACCOUNT, "a", 2))), "policy version"),
    ] {
        assert!(matches!(refusal, StoreError::Exists { what: found } if found == what), "{refusal}");
    }
    let refusal = refused(&store, |tx| policies::update(tx, &policy(ACCOUNT, "d")));
    assert!(matches!(refusal, StoreError::Absent { what: "policy" }), "{refusal}");
    let drop_version = |number| {
        write(&store, move |tx| policy_versions::delete(tx, ACCOUNT, &name("a"), version(number))).unwrap()
    };
    assert_eq!((drop_version(3), drop_version(3)), (true, false));
    let gone =
        |text: &'static str| write(&store, move |tx| policies::delete(tx, ACCOUNT, &name(text))).unwrap();
    assert_eq!((gone("a"), gone("a")), (true, false));
    assert_eq!(versions("b").len(), 1);
    assert_eq!((gone("b"), gone("c")), (true, true));
    assert_eq!(dump(&store), before);
}

fn users_with_policies(store: &Store) -> i64 {
    let row = read(store, |tx| accounts::find(tx, ACCOUNT)).unwrap();
    row.totals.get(Total::UsersWithPolicies)
}

pub fn attachments_are_counted(open: Open) {
    use PolicyType::{Custom, System};
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &user(ACCOUNT, 2))?;
        fill(tx, ACCOUNT)?;
        attach(tx, ACCOUNT, Principal::User(user_id(2)), Custom, "p")
    })
    .unwrap();
    assert_verified(&store);
    assert_eq!(users_with_policies(&store), 2);
    let uses = |policy_type, text: &str| {
        let policy = name(text);
        read(&store, |tx| policy_uses::find(tx, ACCOUNT, policy_type, &policy))
    };
    assert_eq!((uses(Custom, "p"), uses(System, "p"), uses(System, "q")), (4, 3, 0));
    let (alice, bob) = (Principal::User(user_id(1)), Principal::User(user_id(2)));
    let (group, role) = (Principal::Group(group_id(1)), Principal::Role(role_id(1)));
    let of = |principal| read(&store, |tx| policy_attachments::list(tx, ACCOUNT, principal));
    assert_eq!(of(alice), [attachment(Custom, "p"), attachment(System, "p")]);
    assert_eq!(of(Principal::Role(role_id(2))), []);
    let count = |principal, kind| read(&store, |tx| policy_attachments::count(tx, ACCOUNT, principal, kind));
    assert_eq!((count(alice, Custom), count(bob, System)), (1, 0));
    let to = |after, limit| -> Vec<Principal> {
        let listed = read(&store, |tx| {
            policy_attachments::list_principals(tx, ACCOUNT, Custom, &name("p"), after, limit)
        });
        assert!(listed.iter().all(|(_, date)| *date == noon(20)));
        listed.into_iter().map(|(principal, _)| principal).collect()
    };
    assert_eq!(to(None, 9), [group, role, alice, bob]);
    assert_eq!((to(None, 2), to(Some(role), 1), to(Some(bob), 1)), (vec![group, role], vec![alice], vec![]));
    let is = |principal, kind| {
        read(&store, |tx| policy_attachments::is_attached(tx, ACCOUNT, principal, kind, &name("p")))
    };
    assert_eq!((is(bob, Custom), is(bob, System)), (true, false));
    assert_eq!(read(&store, |tx| policies::count_full_access(tx, ACCOUNT)), 1);
    let refusal = refused(&store, |tx| attach(tx, ACCOUNT, Principal::User(user_id(1)), System, "p"));
    assert!(matches!(refusal, StoreError::Exists { what: "attachment" }), "{refusal}");

    let detach = |principal, kind| {
        write(&store, move |tx| policy_attachments::delete(tx, ACCOUNT, principal, kind, &name("p"))).unwrap()
    };
    assert_eq!((detach(alice, Custom), detach(alice, Custom)), (true, false));
    assert_eq!(users_with_policies(&store), 2, "the other one is still attached");
    assert!(detach(alice, System));
    assert_eq!(users_with_policies(&store), 1);
    assert_verified(&store);
    // Whoever goes takes the attachments along.
    write(&store, |tx| {
        users::delete(tx, ACCOUNT, user_id(2))?;
        users::delete(tx, ACCOUNT, user_id(1))?;
        groups::delete(tx, ACCOUNT, group_id(1))?;
        roles::delete(tx, ACCOUNT, role_id(1))
    })
    .unwrap();
    assert_eq!((uses(Custom, "p"), users_with_policies(&store)), (0, 0));
    assert_eq!(read(&store, |tx| policies::count_full_access(tx, ACCOUNT)), 0, "it is attached to nobody");
    write(&store, |tx| policies::delete(tx, ACCOUNT, &name("p"))).unwrap();
    assert_eq!(dump(&store), before);
}

pub fn a_wrong_count_of_attachments_is_found(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        fill(tx, ACCOUNT)?;
        tx.execute("UPDATE policy_uses SET attachments = 7 WHERE account = ?1", &[ACCOUNT.into()])?;
        tx.execute("UPDATE accounts SET users_with_policies = 5 WHERE account = ?1", &[ACCOUNT.into()])
    })
    .unwrap();
    let found = read(&store, |tx| crate::store::verify::verify(tx, ACCOUNT));
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    let twice = "attachments of a policy: stored 7, counted 3";
    assert_eq!(told, [twice, twice, "UsersWithPolicies: stored 6, counted 1"]);
}

pub fn a_role_keeps_its_fields(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        [3, 1, 2].into_iter().try_for_each(|number| roles::insert(tx, &role(ACCOUNT, number)))
    })
    .unwrap();
    let row = Role {
        description: RoleDescription::parse("for machines").unwrap(),
        trust_policy: TrustPolicy::parse("{\"Version\": \"1\"}").unwrap(),
        max_session_duration: ramward_rpc::shape::Bounded::new(43_200).unwrap(),
        allow_console_login: false,
        update_date: noon(30),
        ..role(ACCOUNT, 2)
    };
    let set = row.clone();
    write(&store, move |tx| roles::update(tx, &set)).unwrap();
    assert_eq!(read(&store, |tx| roles::find(tx, ACCOUNT, role_id(2))), Some(row.clone()));
    assert_eq!(read(&store, |tx| roles::find_by_name(tx, ACCOUNT, &row.role_name)), Some(row));
    let linked =
        Role { service_name: Some(ServiceName::parse("a.example.com").unwrap()), ..role(ACCOUNT, 4) };
    let set = linked.clone();
    write(&store, move |tx| roles::insert(tx, &set)).unwrap();
    assert_eq!(read(&store, |tx| roles::find(tx, ACCOUNT, role_id(4))), Some(linked));
    let ids = |after: &str, limit| -> Vec<i64> {
        let listed = read(&store, |tx| roles::list(tx, ACCOUNT, after, limit));
        listed.iter().map(|row| row.role_id.get()).collect()
    };
    assert_eq!((ids("", 2), ids("role2", 9)), (vec![1, 2], vec![3, 4]));
    assert_eq!(read(&store, |tx| roles::count(tx, ACCOUNT)), 4);
    let mut same_name = role(ACCOUNT, 9);
    same_name.role_name = role(ACCOUNT, 1).role_name;
    let refusal = refused(&store, move |tx| roles::insert(tx, &same_name));
    assert!(matches!(refusal, StoreError::Exists { what: "role" }), "{refusal}");
    let refusal = refused(&store, |tx| roles::update(tx, &role(ACCOUNT, 9)));
    assert!(matches!(refusal, StoreError::Absent { what: "role" }), "{refusal}");
    for number in 1..=4 {
        assert!(write(&store, move |tx| roles::delete(tx, ACCOUNT, role_id(number))).unwrap());
        assert!(!write(&store, move |tx| roles::delete(tx, ACCOUNT, role_id(number))).unwrap());
    }
    assert_eq!(dump(&store), before);
}

pub fn policies_and_roles_have_tags(open: Open) {
    let store = with_account(open());
    let before = dump(&store);
    write(&store, |tx| {
        for (of, resource, value) in [
            (TaggedType::Policy, "c", "red"),
            (TaggedType::Policy, "a", "blue"),
            (TaggedType::Policy, "b", "red"),
            (TaggedType::Role, "a", "red"),
        ] {
            tags::update(tx, ACCOUNT, of, resource, &tag_key("team"), &tag_value("old"))?;
            tags::update(tx, ACCOUNT, of, resource, &tag_key("team"), &tag_value(value))?;
        }
        tags::update(tx, ACCOUNT, TaggedType::Policy, "a", &tag_key("floor"), &tag_value(""))
    })
    .unwrap();
    let of = |of, resource: &str| read(&store, |tx| tags::list(tx, ACCOUNT, of, resource));
    assert_eq!(
        of(TaggedType::Policy, "a"),
        [(tag_key("floor"), tag_value("")), (tag_key("team"), tag_value("blue"))]
    );
    assert_eq!(of(TaggedType::Role, "a"), [(tag_key("team"), tag_value("red"))]);
    let found = |key| read(&store, |tx| tags::find(tx, ACCOUNT, TaggedType::Role, "a", &tag_key(key)));
    assert_eq!((found("team"), found("floor")), (Some(tag_value("red")), None));
    let (team, red) = (tag_key("team"), tag_value("red"));
    let with = |tag_value, after: &str, limit| {
        let filter = TagFilter { tag_key: &team, tag_value };
        read(&store, |tx| tags::list_resources(tx, ACCOUNT, TaggedType::Policy, filter, after, limit))
    };
    assert_eq!(
        (with(None, "", 9), with(None, "a", 1)),
        (vec!["a".into(), "b".into(), "c".into()], vec!["b".into()])
    );
    assert_eq!(
        (with(Some(&red), "", 9), with(Some(&red), "b", 9)),
        (vec!["b".into(), "c".into()], vec!["c".into()])
    );
    let tagged = |of, after: &str, limit| read(&store, |tx| tags::list_tagged(tx, ACCOUNT, of, after, limit));
    assert_eq!(
        (tagged(TaggedType::Policy, "", 9), tagged(TaggedType::Policy, "a", 1)),
        (vec!["a".into(), "b".into(), "c".into()], vec!["b".into()])
    );
    assert_eq!(tagged(TaggedType::Role, "", 9), ["a".to_owned()]);
    let take = |resource: &'static str| {
        let key = tag_key("team");
        write(&store, move |tx| tags::delete(tx, ACCOUNT, TaggedType::Policy, resource, &key)).unwrap()
    };
    assert_eq!((take("b"), take("b"), take("c"), take("a")), (true, false, true, true));
    // The others go with what they belong to.
    write(&store, |tx| {
        policies::insert(tx, &policy(ACCOUNT, "a"))?;
        policies::delete(tx, ACCOUNT, &name("a"))?;
        let row = Role { role_name: "a".parse().expect("a name"), ..role(ACCOUNT, 1) };
        roles::insert(tx, &row)?;
        roles::delete(tx, ACCOUNT, role_id(1))
    })
    .unwrap();
    assert_eq!(dump(&store), before);
}

pub fn copies_hear_of_every_change_of_policies(open: Open) {
    let store = with_account(open());
    write(&store, |tx| {
        users::insert(tx, &user(ACCOUNT, 1))?;
        users::insert(tx, &user(ACCOUNT, 2))?;
        fill(tx, ACCOUNT)
    })
    .unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    store.on_commit(Box::new(move |effects| ear.lock().unwrap().extend_from_slice(effects)));
    type Change = fn(&mut Tx<'_>) -> Result<(), StoreError>;
    let changes: [(&str, Change); 16] = [
        ("a new group", |tx| groups::insert(tx, &group(ACCOUNT, 2))),
        ("a changed group", |tx| groups::update(tx, &group(ACCOUNT, 2))),
        ("a deleted group", |tx| groups::delete(tx, ACCOUNT, group_id(2)).map(drop)),
        ("a new member", |tx| group_members::insert(tx, ACCOUNT, group_id(1), user_id(2), noon(1))),
        ("a member less", |tx| group_members::delete(tx, ACCOUNT, group_id(1), user_id(2)).map(drop)),
        ("a new policy", |tx| policies::insert(tx, &policy(ACCOUNT, "q"))),
        ("a changed policy", |tx| policies::update(tx, &policy(ACCOUNT, "q"))),
        ("a new version", |tx| policy_versions::insert(tx, &document(ACCOUNT, "q", 1))),
        ("a version less", |tx| policy_versions::delete(tx, ACCOUNT, &name("q"), version(1)).map(drop)),
        ("a policy less", |tx| policies::delete(tx, ACCOUNT, &name("q")).map(drop)),
        ("a new role", |tx| roles::insert(tx, &role(ACCOUNT, 2))),
        ("a changed role", |tx| roles::update(tx, &role(ACCOUNT, 2))),
        ("a role less", |tx| roles::delete(tx, ACCOUNT, role_id(2)).map(drop)),
        ("an attachment", |tx| attach(tx, ACCOUNT, Principal::User(user_id(2)), PolicyType::System, "q")),
        ("an attachment less", |tx| {
            let bob = Principal::User(user_id(2));
            policy_attachments::delete(tx, ACCOUNT, bob, PolicyType::System, &name("q")).map(drop)
        }),
        ("a user less", |tx| users::delete(tx, ACCOUNT, user_id(1)).map(drop)),
    ];
    for (what, change) in changes {
        write(&store, change).unwrap();
        let heard = std::mem::take(&mut *heard.lock().unwrap());
        assert!(heard.contains(&Effect::Policies(ACCOUNT)), "{what}: {heard:?}");
        assert!(heard.contains(&Effect::Account(ACCOUNT)), "{what}: {heard:?}");
    }
}
