//! Roles of an organization's own (P2).

use domain::actor::{Permission, Permissions};
use domain::team::TeamRefusal;
use engine::invitations::{self, invite};
use engine::people::{ADMIN, MEMBER};
use engine::permit::{RefundOrders, ViewOrders};
use engine::roles::{delete, edit, make, roles};
use engine::settings_log::Act;
use engine::team::give_role;

use crate::support::{Harness, on_every_database};
use crate::team::{lead, log, member, refused, session};

fn of(permissions: &[Permission]) -> Permissions {
    permissions.iter().copied().collect()
}

async fn names(harness: &Harness) -> Vec<String> {
    let session = harness.admin();
    let roles = roles(&harness.desk, &session.permit().unwrap()).await;
    roles.unwrap().into_iter().map(|role| role.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_role_is_made_given_changed_and_deleted() {
    on_every_database(async |harness| {
        let (desk, admin) = (&harness.desk, harness.admin());
        let permit = admin.permit().unwrap();
        let view = of(&[Permission::ViewOrders]);
        let id = make(desk, &permit, " Reader ", view.clone()).await.unwrap();
        assert_eq!(names(harness).await, [ADMIN, MEMBER, "Reader"]);
        member(harness, "ada", ADMIN).await;
        let max = member(harness, "max", MEMBER).await;
        give_role(desk, &permit, &max.id, &id).await.unwrap();
        let may = session(harness, &max).await;
        assert!(may.permit::<ViewOrders>().is_ok() && may.permit::<RefundOrders>().is_err());
        // What it allows holds from the next request on.
        let more = of(&[Permission::RefundOrders]);
        edit(desk, &permit, &id, "Refunds", more.clone())
            .await
            .unwrap();
        let may = session(harness, &max).await;
        assert!(may.permit::<ViewOrders>().is_err() && may.permit::<RefundOrders>().is_ok());
        let changed = Act::RoleChanged {
            from: "Reader".to_owned(),
            name: "Refunds".to_owned(),
            added: more,
            removed: view,
        };
        assert_eq!(log(harness).await[0].0, changed);
        let in_use = refused(harness, delete(desk, &permit, &id)).await;
        assert_eq!(in_use, TeamRefusal::RoleInUse { people: 1 });
        give_role(desk, &permit, &max.id, MEMBER).await.unwrap();
        let (invitation, _) = invite(desk, &permit, "new@example.com", &id, "en")
            .await
            .unwrap();
        let in_use = refused(harness, delete(desk, &permit, &id)).await;
        assert_eq!(in_use, TeamRefusal::RoleInUse { people: 1 });
        invitations::withdraw(desk, &permit, &invitation.id)
            .await
            .unwrap();
        delete(desk, &permit, &id).await.unwrap();
        assert_eq!(names(harness).await, [ADMIN, MEMBER]);
        let name = "Refunds".to_owned();
        assert_eq!(log(harness).await[0].0, Act::RoleDeleted { name });
        assert_eq!(
            refused(harness, delete(desk, &permit, &id)).await,
            TeamRefusal::Gone
        );
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_built_in_roles_and_taken_names_are_refused() {
    on_every_database(async |harness| {
        let (desk, admin) = (&harness.desk, harness.admin());
        let permit = admin.permit().unwrap();
        let view = of(&[Permission::ViewOrders]);
        for id in [ADMIN, MEMBER] {
            let refusal = refused(harness, edit(desk, &permit, id, "Mine", view.clone())).await;
            assert_eq!(refusal, TeamRefusal::RoleBuiltIn);
            assert_eq!(
                refused(harness, delete(desk, &permit, id)).await,
                TeamRefusal::RoleBuiltIn
            );
        }
        make(desk, &permit, "Été", view.clone()).await.unwrap();
        for name in ["Admin", "MEMBER", "été"] {
            let refusal = refused(harness, make(desk, &permit, name, view.clone())).await;
            let name = name.to_owned();
            assert_eq!(refusal, TeamRefusal::NameTaken { name });
        }
        let nothing = refused(harness, make(desk, &permit, "None", of(&[]))).await;
        assert_eq!(nothing, TeamRefusal::NothingAllowed);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_nobody_grants_what_they_do_not_have() {
    on_every_database(async |harness| {
        let (desk, lead) = (&harness.desk, lead(harness).await);
        let leo = session(harness, &member(harness, "leo", "lead").await).await;
        let permit = leo.permit().unwrap();
        let beyond = TeamRefusal::Beyond {
            permission: Permission::RefundOrders,
        };
        let more = of(&[Permission::ViewOrders, Permission::RefundOrders]);
        assert_eq!(
            refused(harness, make(desk, &permit, "More", more.clone())).await,
            beyond
        );
        assert_eq!(
            refused(harness, edit(desk, &permit, &lead.id, "Lead", more.clone())).await,
            beyond,
            "not to themselves either"
        );
        let admin = harness.admin();
        let above = make(desk, &admin.permit().unwrap(), "Above", more)
            .await
            .unwrap();
        let view = of(&[Permission::ViewOrders]);
        assert_eq!(
            refused(harness, edit(desk, &permit, &above, "Below", view)).await,
            beyond
        );
        assert_eq!(
            refused(harness, delete(desk, &permit, &above)).await,
            beyond
        );
    })
    .await;
}

#[test]
fn p2_a_member_keeps_views_of_their_own_and_none_for_the_organization() {
    let scope = engine::permit::Scope {
        organization_id: "org_1".into(),
        mode: domain::order::Mode::Live,
    };
    let member =
        crate::support::session(scope, domain::actor::ActorKind::Person, &Permission::MEMBER);
    assert!(member.permit::<ViewOrders>().is_ok());
    let refusal = member.permit::<engine::permit::ManageSettings>().err();
    let permission = Permission::ManageSettings;
    assert_eq!(
        refusal,
        Some(domain::refusal::Refusal::NotPermitted { permission })
    );
}
