//! API keys: shown once, kept hashed, good until revoked, of one organization and mode.

use domain::actor::{ActorKind, Permission, Permissions};
use domain::order::Mode;
use engine::keys::{authenticate, create};
use engine::organizations::Settings;
use engine::permit::{RefundOrders, Scope, Session, ViewOrders};

use crate::support::{Harness, on_every_database};

fn scopes() -> Permissions {
    [Permission::ViewOrders, Permission::CreateOrders].into()
}

async fn knows(harness: &Harness, secret: &str) -> bool {
    authenticate(&harness.desk, secret).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_who_it_was_made_for() {
    on_every_database(async |harness| {
        for mode in [Mode::Live, Mode::Test] {
            let made = create(&harness.desk, &harness.organization, mode, "Shop", scopes()).await;
            let (key, secret) = made.unwrap();
            let (known, actor) = authenticate(&harness.desk, &secret).await.unwrap().unwrap();
            assert_eq!(known, key);
            assert_eq!(
                (known.mode, &known.organization_id),
                (mode, &harness.organization)
            );
            assert_eq!(
                (actor.by.kind, actor.by.name.as_str()),
                (ActorKind::ApiKey, "Shop")
            );
            assert_eq!(
                (actor.by.id.as_str(), &actor.permissions),
                (key.id.as_str(), &scopes())
            );
            let organization_id = known.organization_id;
            let scope = Scope {
                organization_id,
                mode,
            };
            let session = Session { scope, actor };
            assert!(session.permit::<ViewOrders>().is_ok());
            assert!(session.permit::<RefundOrders>().is_err());
        }
        let keys = harness
            .desk
            .store()
            .keys(&harness.organization)
            .await
            .unwrap();
        assert_eq!(keys.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_says_its_mode_and_is_kept_hashed() {
    on_every_database(async |harness| {
        let (desk, organization) = (&harness.desk, &harness.organization);
        let (live, live_secret) = create(desk, organization, Mode::Live, "a", scopes())
            .await
            .unwrap();
        let (_, test_secret) = create(desk, organization, Mode::Test, "b", scopes())
            .await
            .unwrap();
        assert!(live_secret.starts_with("credential_live_"), "{}", live.hint);
        assert!(test_secret.starts_with("credential_test_"));
        let (_, random) = live_secret.rsplit_once('_').unwrap();
        assert_eq!(random.len(), 32);
        assert_eq!(live.hash.len(), 64);
        assert!(!live.hash.contains(random) && !live.hint.contains(random));
        assert_eq!(
            live.hint,
            format!("{}…", &live_secret[..live_secret.len() - 28])
        );
        let shown = format!("{live:?}");
        assert!(
            !shown.contains(random) && !shown.contains(&live.hash),
            "{shown}"
        );
        let columns = "select id || mode || name || hash || hint || permissions from api_keys \
                       where organization_id = $1 order by id";
        let rows = sqlx::query(columns)
            .bind(organization.as_str())
            .fetch_all(harness.raw())
            .await
            .unwrap();
        for row in rows {
            let row: String = sqlx::Row::try_get(&row, 0).unwrap();
            assert!(!row.contains(random) && !row.contains(&test_secret));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_is_nobody() {
    on_every_database(async |harness| {
        let (desk, organization) = (&harness.desk, &harness.organization);
        let (key, secret) = create(desk, organization, Mode::Live, "a", scopes())
            .await
            .unwrap();
        let other = engine::organizations::create(desk, "Second", Settings::default())
            .await
            .unwrap();
        let of_other = secret.replace(
            organization.as_str().trim_start_matches("org_"),
            other.as_str().trim_start_matches("org_"),
        );
        assert_ne!(of_other, secret);
        for wrong in [
            String::new(),
            "credential_live_".to_owned(),
            secret[..secret.len() - 1].to_owned(),
            format!("{secret}0"),
            secret.to_uppercase(),
            secret.replace("_live_", "_test_"),
            of_other,
            key.hash.clone(),
            key.id.0.clone(),
        ] {
            assert!(!knows(harness, &wrong).await, "{wrong}");
        }
        assert!(knows(harness, &secret).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_good_no_more() {
    on_every_database(async |harness| {
        let (desk, organization) = (&harness.desk, &harness.organization);
        let (key, secret) = create(desk, organization, Mode::Live, "a", scopes())
            .await
            .unwrap();
        let (_, spared) = create(desk, organization, Mode::Live, "b", scopes())
            .await
            .unwrap();
        let (store, now) = (desk.store(), desk.now());
        let other = engine::organizations::create(desk, "Second", Settings::default())
            .await
            .unwrap();
        assert!(!store.revoke_key(&other, &key.id, now).await.unwrap());
        assert!(knows(harness, &secret).await);
        assert!(store.revoke_key(organization, &key.id, now).await.unwrap());
        assert!(!knows(harness, &secret).await);
        assert!(knows(harness, &spared).await);
        harness.clock.advance_s(60);
        assert!(
            !store
                .revoke_key(organization, &key.id, desk.now())
                .await
                .unwrap()
        );
        let keys = store.keys(organization).await.unwrap();
        let revoked = keys.iter().find(|known| known.id == key.id).unwrap();
        assert_eq!(revoked.revoked_at, Some(now), "the first time counts");
    })
    .await;
}
