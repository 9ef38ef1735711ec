//! A second factor that another removes: for who lost the telephone, by whom the rules allow.

use domain::actor::ActorKind;
use domain::team::TeamRefusal;
use engine::organizations::{Settings, create};
use engine::people::{ADMIN, MEMBER, Person, Role, join};
use engine::permit::Session;
use engine::second_factors::reset_by_operator;
use engine::settings_log::Act;
use engine::team::{self, members};

use super::second_factors::{entered, error, is_in, letters, ready, stays_out, waits, with_ada};
use super::team::{lead, log, member, refused, session};
use crate::support::check::number;
use crate::support::{Harness, on_every_database};

async fn reset(harness: &Harness, who: &Session, whom: &Person) -> Result<(), team::TeamFailure> {
    team::reset_second_factor(&harness.desk, &who.permit().unwrap(), &whom.id, "en").await
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_an_admin_resets_it_for_who_lost_the_telephone() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let admin = session(harness, &ada).await;
        let max = member(harness, "max", MEMBER).await;
        let name = "max".to_owned();
        let none = TeamRefusal::SecondFactorNone { name };
        assert_eq!(refused(harness, reset(harness, &admin, &max)).await, none);
        let max = ready(harness, max).await;
        let begun = waits(harness, &max.person).await;
        let team = members(desk, &admin.permit().unwrap()).await.unwrap();
        let has: Vec<bool> = team.iter().map(|one| one.has_second_factor).collect();
        assert_eq!(has, [false, true]);

        reset(harness, &admin, &max.person).await.unwrap();
        assert!(
            !is_in(harness, &max.token).await,
            "whoever has the telephone is out"
        );
        stays_out(harness, &begun, &max.codes[0]).await;
        entered(harness, &max.person).await;
        let act = Act::SecondFactorReset {
            name: "max".to_owned(),
            email: "max@example.com".to_owned(),
        };
        assert_eq!(log(harness).await[0], (act, ActorKind::Person));
        harness.drain().await;
        let told = harness.fakes.letters.asked().pop().unwrap();
        assert_eq!(
            (told.to.as_str(), told.subject.as_str()),
            (
                "max@example.com",
                "Your two-factor authentication in Bordereau was reset"
            )
        );
        assert!(
            told.text
                .contains("ada turned two-factor authentication off"),
            "{}",
            told.text
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_nobody_resets_their_own_or_that_of_who_may_do_more() {
    on_every_database(async |harness| {
        let ada = with_ada(harness).await;
        harness.drain().await;
        let admin = session(harness, &ada.person).await;
        let own = refused(harness, reset(harness, &admin, &ada.person)).await;
        assert_eq!(own, TeamRefusal::SecondFactorOwn);
        let role = lead(harness).await;
        let lea = member(harness, "lea", &role.id).await;
        let lea = session(harness, &lea).await;
        let beyond = refused(harness, reset(harness, &lea, &ada.person)).await;
        assert!(matches!(beyond, TeamRefusal::Beyond { .. }), "{beyond}");
        let max = member(harness, "max", MEMBER).await;
        assert!(
            session(harness, &max)
                .await
                .permit::<engine::permit::ManageTeam>()
                .is_err()
        );
        assert!(is_in(harness, &ada.token).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_protects_another_organization_too_is_operator_supports_to_reset() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = member(harness, "ada", ADMIN).await;
        let admin = session(harness, &ada).await;
        let max = member(harness, "max", MEMBER).await;
        let second = create(desk, "Second", Settings::default()).await.unwrap();
        join(desk, &max, &second, &Role::built_in(MEMBER))
            .await
            .unwrap();
        let max = ready(harness, max).await;
        harness.drain().await;
        let name = "max".to_owned();
        let elsewhere = refused(harness, reset(harness, &admin, &max.person)).await;
        assert_eq!(elsewhere, TeamRefusal::SecondFactorElsewhere { name });

        let sam = member(harness, "sam", "support").await;
        let support = session(harness, &sam).await;
        reset(harness, &support, &max.person).await.unwrap();
        assert_eq!(log(harness).await[0].1, ActorKind::Support);
        entered(harness, &max.person).await;
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_resets_it_and_each_organization_is_told() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let max = member(harness, "max", MEMBER).await;
        let second = create(desk, "Second", Settings::default()).await.unwrap();
        join(desk, &max, &second, &Role::built_in(MEMBER))
            .await
            .unwrap();
        let none = error(harness, reset_by_operator(desk, &max.email)).await;
        assert!(
            none.starts_with("two-factor authentication is off"),
            "{none}"
        );
        let unknown = error(harness, reset_by_operator(desk, "no@body.example")).await;
        assert_eq!(unknown, "nobody here has the e-mail no@body.example");
        let max = ready(harness, max).await;
        reset_by_operator(desk, " MAX@example.com ").await.unwrap();
        assert!(!is_in(harness, &max.token).await);
        entered(harness, &max.person).await;
        let noted = "select count(*) from organization_events where kind = 'second_factor_reset'";
        assert_eq!(number(harness.raw(), noted).await, 2);
        let told = letters(harness).await.pop().unwrap();
        assert_eq!(
            told.1,
            "Your two-factor authentication in Bordereau was reset"
        );
    })
    .await;
}
