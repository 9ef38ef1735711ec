//! Who belongs to an organization, and who may change that (P2).

use domain::actor::{ActorKind, Permission};
use domain::ids::PersonId;
use domain::order::Mode;
use domain::refusal::Refusal;
use domain::team::TeamRefusal;
use engine::organizations::{self, Settings};
use engine::people::{ADMIN, MEMBER, NewPerson, Person, Role, actor, add};
use engine::permit::{ManageSettings, ManageTeam, Scope, Session};
use engine::sessions::{resume, sign_in};
use engine::settings_log::{Act, entries};
use engine::team::{TeamFailure, give_role, members, remove_member};
use futures_util::future::join_all;

use crate::support::{Harness, on_every_database};

pub const PASSWORD: &str = "correct horse battery";

/// Someone who belongs with this role.
pub async fn member(harness: &Harness, name: &str, role: &str) -> Person {
    let email = format!("{name}@example.com");
    let new = NewPerson {
        email: email.clone(),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        is_support: role == "support",
    };
    let membership = (!new.is_support).then_some((&harness.organization, role));
    add(&harness.desk, new, membership).await.unwrap();
    harness.desk.store().person(&email).await.unwrap().unwrap()
}

/// What they may do now.
pub async fn session(harness: &Harness, person: &Person) -> Session {
    let found = actor(&harness.desk, person, &harness.organization).await;
    Session {
        scope: harness.scope(),
        actor: found.unwrap().unwrap(),
    }
}

/// A role that manages the team, sees orders, and no more.
pub async fn lead(harness: &Harness) -> Role {
    let role = Role {
        id: "lead".to_owned(),
        name: "Lead".to_owned(),
        permissions: [Permission::ViewOrders, Permission::ManageTeam].into(),
    };
    let store = harness.desk.store();
    store.put_role(&harness.organization, &role).await.unwrap();
    role
}

/// The refusal of a call that must leave no trace.
pub async fn refused<T: std::fmt::Debug>(
    harness: &Harness,
    call: impl Future<Output = Result<T, TeamFailure>>,
) -> TeamRefusal {
    let before = harness.traces().await;
    let failure = call.await.expect_err("it should be refused");
    assert_eq!(harness.traces().await, before, "{failure}");
    match failure {
        TeamFailure::Refused(refusal) => refusal,
        other => panic!("not a refusal: {other}"),
    }
}

/// What was done, the latest first, as its kind and by whom.
pub async fn log(harness: &Harness) -> Vec<(Act, ActorKind)> {
    let session = harness.admin();
    let (entries, _) = entries(&harness.desk, &session.permit().unwrap(), None)
        .await
        .unwrap();
    let entries = entries.into_iter().map(|entry| (entry.act, entry.by.kind));
    entries.collect()
}

async fn give(
    harness: &Harness,
    who: &Session,
    whom: &Person,
    role: &str,
) -> Result<(), TeamFailure> {
    give_role(&harness.desk, &who.permit().unwrap(), &whom.id, role).await
}

async fn remove(harness: &Harness, who: &Session, whom: &PersonId) -> Result<(), TeamFailure> {
    remove_member(&harness.desk, &who.permit().unwrap(), whom).await
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_only_who_manages_the_team_touches_it() {
    on_every_database(async |harness| {
        let max = member(harness, "max", MEMBER).await;
        let session = session(harness, &max).await;
        let refusal = session.permit::<ManageTeam>().err().unwrap();
        let permission = Permission::ManageTeam;
        assert_eq!(refusal, Refusal::NotPermitted { permission });
        let refusal = session.permit::<ManageSettings>().err().unwrap();
        let permission = Permission::ManageSettings;
        assert_eq!(refusal, Refusal::NotPermitted { permission });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_tells_roles_since_when_and_when_they_were_seen() {
    on_every_database(async |harness| {
        let ada = member(harness, "ada", ADMIN).await;
        let begun = harness.desk.now();
        harness.clock.advance_s(3600);
        member(harness, "max", MEMBER).await;
        member(harness, "sam", "support").await;
        sign_in(&harness.desk, "ada@example.com", PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        sign_in(&harness.desk, "sam@example.com", PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let session = session(harness, &ada).await;
        let team = members(&harness.desk, &session.permit().unwrap())
            .await
            .unwrap();
        let now = harness.desk.now();
        let told: Vec<_> = team
            .iter()
            .map(|one| {
                (
                    one.person.name.as_str(),
                    one.role.id.as_str(),
                    one.since,
                    one.seen_at,
                )
            })
            .collect();
        assert_eq!(
            told,
            [("ada", ADMIN, begun, Some(now)), ("max", MEMBER, now, None),],
            "operator support is no member"
        );
        let locked = TeamRefusal::LastAdmin {
            name: "ada".to_owned(),
        };
        assert_eq!(
            (team[0].locked.clone(), team[1].locked.clone()),
            (Some(locked), None)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_role_changes_at_the_next_request_and_is_written_down() {
    on_every_database(async |harness| {
        let ada = member(harness, "ada", ADMIN).await;
        let max = member(harness, "max", MEMBER).await;
        let token = sign_in(&harness.desk, &max.email, PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let admin = session(harness, &ada).await;
        give(harness, &admin, &max, ADMIN).await.unwrap();
        let signed_in = resume(&harness.desk, &token).await.unwrap().unwrap();
        assert!(signed_in.session.actor.may(Permission::ManageTeam));
        let given = Act::RoleGiven {
            name: "max".to_owned(),
            email: max.email.clone(),
            from: MEMBER.to_owned(),
            to: ADMIN.to_owned(),
        };
        assert_eq!(log(harness).await[0], (given, ActorKind::Person));
        // The same role again is nothing new.
        let before = harness.traces().await;
        give(harness, &admin, &max, ADMIN).await.unwrap();
        assert_eq!(harness.traces().await, before);
        let unknown = refused(harness, give(harness, &admin, &max, "owner")).await;
        let role = "owner".to_owned();
        assert_eq!(unknown, TeamRefusal::RoleUnknown { role });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_the_last_admin_stays_one() {
    on_every_database(async |harness| {
        let ada = member(harness, "ada", ADMIN).await;
        let mut eve = member(harness, "eve", ADMIN).await;
        // Who cannot sign in manages nothing.
        eve.disabled_at = Some(harness.desk.now());
        harness.desk.store().update_person(&eve).await.unwrap();
        let admin = session(harness, &ada).await;
        let last = TeamRefusal::LastAdmin {
            name: "ada".to_owned(),
        };
        assert_eq!(
            refused(harness, give(harness, &admin, &ada, MEMBER)).await,
            last
        );
        assert_eq!(
            refused(harness, remove(harness, &admin, &ada.id)).await,
            last
        );
        let support = session(harness, &member(harness, "sam", "support").await).await;
        assert_eq!(
            refused(harness, remove(harness, &support, &ada.id)).await,
            last
        );
        give(harness, &admin, &ada, ADMIN).await.unwrap();
        remove(harness, &admin, &eve.id).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_two_admins_who_lower_each_other_at_once_leave_one() {
    on_every_database(async |harness| {
        let (ada, eve) = (
            member(harness, "ada", ADMIN).await,
            member(harness, "eve", ADMIN).await,
        );
        let (by_ada, by_eve) = (session(harness, &ada).await, session(harness, &eve).await);
        let done = join_all([
            Box::pin(give(harness, &by_ada, &eve, MEMBER))
                as std::pin::Pin<Box<dyn Future<Output = _>>>,
            Box::pin(give(harness, &by_eve, &ada, MEMBER)),
        ])
        .await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
        let team = harness
            .desk
            .store()
            .team(&harness.organization)
            .await
            .unwrap();
        let admins = team.iter().filter(|(_, role)| role.id == ADMIN);
        assert_eq!(admins.count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_nobody_raises_themselves_or_touches_who_stands_above() {
    on_every_database(async |harness| {
        let ada = member(harness, "ada", ADMIN).await;
        member(harness, "eve", ADMIN).await;
        lead(harness).await;
        let leo = member(harness, "leo", "lead").await;
        let max = member(harness, "max", MEMBER).await;
        let by_leo = session(harness, &leo).await;
        let beyond = |permission| TeamRefusal::Beyond { permission };
        for (whom, role) in [
            (&leo, ADMIN),
            (&leo, MEMBER),
            (&max, ADMIN),
            (&ada, "lead"),
            (&max, "lead"),
        ] {
            let refusal = refused(harness, give(harness, &by_leo, whom, role)).await;
            assert_eq!(refusal, beyond(Permission::CreateOrders), "{role}");
        }
        let refusal = refused(harness, remove(harness, &by_leo, &ada.id)).await;
        assert_eq!(refusal, beyond(Permission::CreateOrders));
        remove(harness, &by_leo, &leo.id).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_is_signed_out_there_and_nowhere_else() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let max = member(harness, "max", MEMBER).await;
        let here = sign_in(desk, &max.email, PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let second = organizations::create(desk, "Second", Settings::default())
            .await
            .unwrap();
        let store = desk.store();
        store
            .put_member(&second, &max.id, MEMBER, desk.now())
            .await
            .unwrap();
        let there = sign_in(desk, &max.email, PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let signed_in = resume(desk, &there).await.unwrap().unwrap();
        engine::sessions::switch(desk, &signed_in, &second, Mode::Live)
            .await
            .unwrap();
        let admin = session(harness, &ada).await;
        remove(harness, &admin, &max.id).await.unwrap();
        assert!(resume(desk, &here).await.unwrap().is_none());
        let signed_in = resume(desk, &there).await.unwrap().unwrap();
        assert_eq!(signed_in.session.scope.organization_id, second);
        let back = engine::sessions::switch(desk, &signed_in, &harness.organization, Mode::Live);
        assert!(!back.await.unwrap());
        let removed = Act::Removed {
            name: "max".to_owned(),
            email: max.email.clone(),
            role: MEMBER.to_owned(),
        };
        assert_eq!(log(harness).await[0], (removed, ActorKind::Person));
        assert_eq!(
            refused(harness, remove(harness, &admin, &max.id)).await,
            TeamRefusal::Gone
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organizations_team_is_not_there() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        member(harness, "ada", ADMIN).await;
        let max = member(harness, "max", MEMBER).await;
        let second = organizations::create(desk, "Second", Settings::default())
            .await
            .unwrap();
        let scope = Scope {
            organization_id: second,
            mode: Mode::Live,
        };
        let other = Session {
            scope,
            ..harness.admin()
        };
        assert_eq!(
            refused(harness, give(harness, &other, &max, ADMIN)).await,
            TeamRefusal::Gone
        );
        assert_eq!(
            refused(harness, remove(harness, &other, &max.id)).await,
            TeamRefusal::Gone
        );
        assert_eq!(
            members(desk, &other.permit().unwrap()).await.unwrap().len(),
            0
        );
        let (told, _) = entries(desk, &other.permit().unwrap(), None).await.unwrap();
        assert_eq!(told, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_what_support_changes_is_marked_as_such() {
    on_every_database(async |harness| {
        member(harness, "ada", ADMIN).await;
        let max = member(harness, "max", MEMBER).await;
        let support = session(harness, &member(harness, "sam", "support").await).await;
        give(harness, &support, &max, ADMIN).await.unwrap();
        assert_eq!(log(harness).await[0].1, ActorKind::Support);
    })
    .await;
}
