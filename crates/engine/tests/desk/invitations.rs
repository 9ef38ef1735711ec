//! Invitations (P1): a link that works once, for one address, for a week.

use domain::actor::{ActorKind, Permission};
use domain::team::TeamRefusal;
use engine::invitations::{LIFE, find, invite, join, join_as_new, open, send_again, withdraw};
use engine::organizations::{Settings, create};
use engine::people::{ADMIN, MEMBER, is_password};
use engine::sessions::{resume, sign_in};
use engine::settings_log::Act;

use crate::support::{Harness, on_every_database};
use crate::team::{PASSWORD, lead, log, member, refused, session};

async fn invited(harness: &Harness, email: &str, role: &str) -> String {
    let session = harness.admin();
    let permit = session.permit().unwrap();
    let made = invite(&harness.desk, &permit, email, role, "en").await;
    token(&made.unwrap().1)
}

/// What the link of an invitation ends with.
fn token(link: &str) -> String {
    link.rsplit_once('/').unwrap().1.to_owned()
}

async fn team(harness: &Harness) -> Vec<(String, String)> {
    let team = harness.desk.store().team(&harness.organization).await;
    let team = team.unwrap().into_iter();
    team.map(|(person, role)| (person.email, role.id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_joins_once_and_is_signed_in() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let token = invited(harness, " New@Example.com ", MEMBER).await;
        let offer = find(desk, &token).await.unwrap().unwrap();
        assert_eq!(
            (
                offer.invitation.email.as_str(),
                offer.organization.as_str(),
                offer.has_account
            ),
            ("new@example.com", "First", false)
        );
        let short = refused(harness, join_as_new(desk, &token, "Nina", "short")).await;
        assert_eq!(short, TeamRefusal::PasswordTooShort { min: 10 });
        let nameless = refused(harness, join_as_new(desk, &token, " ", PASSWORD)).await;
        assert_eq!(nameless, TeamRefusal::NameMissing);
        let browser = join_as_new(desk, &token, " Nina ", PASSWORD).await.unwrap();
        let signed_in = resume(desk, &browser).await.unwrap().unwrap();
        assert_eq!(signed_in.person.name, "Nina");
        assert!(is_password(&signed_in.person, PASSWORD));
        assert!(!signed_in.session.actor.may(Permission::ManageTeam));
        assert_eq!(
            team(harness).await,
            [("new@example.com".to_owned(), MEMBER.to_owned())]
        );
        let joined = Act::Joined {
            name: "Nina".to_owned(),
            email: "new@example.com".to_owned(),
            role: MEMBER.to_owned(),
        };
        let asked = Act::Invited {
            email: "new@example.com".to_owned(),
            role: MEMBER.to_owned(),
        };
        let person = ActorKind::Person;
        assert_eq!(log(harness).await, [(joined, person), (asked, person)]);
        assert!(find(desk, &token).await.unwrap().is_none());
        let again = refused(harness, join_as_new(desk, &token, "Nina", PASSWORD)).await;
        assert_eq!(again, TeamRefusal::Gone);
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let already = refused(
            harness,
            invite(desk, &permit, "new@example.com", ADMIN, "en"),
        )
        .await;
        let email = "new@example.com".to_owned();
        assert_eq!(already, TeamRefusal::MemberAlready { email });
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_account_is_added_and_nobody_else_by_their_link() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let second = create(desk, "Second", Settings::default()).await.unwrap();
        let (ada, max) = (
            member(harness, "ada", ADMIN).await,
            member(harness, "max", MEMBER).await,
        );
        let scope = engine::permit::Scope {
            organization_id: second.clone(),
            ..harness.scope()
        };
        let other = engine::permit::Session {
            scope,
            ..harness.admin()
        };
        let (_, link) = invite(desk, &other.permit().unwrap(), &max.email, ADMIN, "en")
            .await
            .unwrap();
        let token = token(&link);
        assert!(find(desk, &token).await.unwrap().unwrap().has_account);
        let takeover = refused(
            harness,
            join_as_new(desk, &token, "Max", "another long one"),
        )
        .await;
        assert_eq!(takeover, TeamRefusal::Gone);
        let ada = sign_in(desk, &ada.email, PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let ada = resume(desk, &ada).await.unwrap().unwrap();
        assert_eq!(
            refused(harness, join(desk, &ada, &token)).await,
            TeamRefusal::Gone
        );
        let browser = sign_in(desk, &max.email, PASSWORD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let signed_in = resume(desk, &browser).await.unwrap().unwrap();
        join(desk, &signed_in, &token).await.unwrap();
        let signed_in = resume(desk, &browser).await.unwrap().unwrap();
        assert_eq!(signed_in.session.scope.organization_id, second);
        assert!(signed_in.session.actor.may(Permission::ManageTeam));
        assert!(is_password(&signed_in.person, PASSWORD));
        assert_eq!(
            refused(harness, join(desk, &signed_in, &token)).await,
            TeamRefusal::Gone
        );
        assert_eq!(team(harness).await.len(), 2);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_dies_when_it_is_old_withdrawn_or_replaced() {
    on_every_database(async |harness| {
        let (desk, session) = (&harness.desk, harness.admin());
        let permit = session.permit().unwrap();
        let first = invited(harness, "new@example.com", MEMBER).await;
        harness.clock.advance_s(LIFE.as_secs() - 1);
        assert!(find(desk, &first).await.unwrap().is_some());
        harness.clock.advance_s(1);
        assert!(find(desk, &first).await.unwrap().is_none());
        let late = refused(harness, join_as_new(desk, &first, "Nina", PASSWORD)).await;
        assert_eq!(late, TeamRefusal::Gone);
        let still = open(desk, &permit).await.unwrap();
        assert_eq!(still.len(), 1, "it can be sent again");
        let (_, link) = send_again(desk, &permit, &still[0].id, "en").await.unwrap();
        let second = token(&link);
        assert!(find(desk, &first).await.unwrap().is_none());
        assert!(find(desk, &second).await.unwrap().is_some());
        // Inviting again replaces it, with another role.
        let third = invited(harness, "new@example.com", ADMIN).await;
        assert!(find(desk, &second).await.unwrap().is_none());
        let now = open(desk, &permit).await.unwrap();
        assert_eq!((now.len(), now[0].role.id.as_str()), (1, ADMIN));
        withdraw(desk, &permit, &now[0].id).await.unwrap();
        assert!(find(desk, &third).await.unwrap().is_none());
        let gone = refused(harness, withdraw(desk, &permit, &now[0].id)).await;
        assert_eq!(gone, TeamRefusal::Gone);
        for wrong in [
            "",
            ".",
            "x.y",
            "a\0.b",
            third.trim_end_matches(char::is_alphanumeric),
        ] {
            assert!(find(desk, wrong).await.unwrap().is_none(), "{wrong}");
        }
        assert_eq!(team(harness).await, []);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_nobody_invites_above_themselves() {
    on_every_database(async |harness| {
        lead(harness).await;
        let leo = session(harness, &member(harness, "leo", "lead").await).await;
        let (desk, permit) = (&harness.desk, leo.permit().unwrap());
        let refusal = refused(
            harness,
            invite(desk, &permit, "new@example.com", MEMBER, "en"),
        )
        .await;
        let permission = Permission::CreateOrders;
        assert_eq!(refusal, TeamRefusal::Beyond { permission });
        let refusal = refused(harness, invite(desk, &permit, "nobody", "lead", "en")).await;
        let given = "nobody".to_owned();
        assert_eq!(refusal, TeamRefusal::EmailMalformed { given });
        invited(harness, "new@example.com", ADMIN).await;
        let open = open(desk, &permit).await.unwrap();
        let refusal = refused(harness, send_again(desk, &permit, &open[0].id, "en")).await;
        assert_eq!(refusal, TeamRefusal::Beyond { permission });
        let refusal = refused(harness, withdraw(desk, &permit, &open[0].id)).await;
        assert_eq!(refusal, TeamRefusal::Beyond { permission });
        invite(desk, &permit, "other@example.com", "lead", "en")
            .await
            .unwrap();
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_holds_no_link_that_works() {
    on_every_database(async |harness| {
        let token = invited(harness, "new@example.com", MEMBER).await;
        let text =
            "select token_hash || invited_by from invitations where email = 'new@example.com'";
        let row = sqlx::query(text).fetch_one(harness.raw()).await.unwrap();
        let stored: String = sqlx::Row::try_get(&row, 0).unwrap();
        let (_, random) = token.split_once('.').unwrap();
        assert!(!stored.contains(random), "{stored}");
        let told = serde_json::to_string(&log(harness).await[0].0).unwrap();
        assert!(!told.contains(random), "{told}");
        harness.drain().await;
    })
    .await;
}
