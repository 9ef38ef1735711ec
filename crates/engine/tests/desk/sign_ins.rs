//! Signing in with a second factor: no session before the code, and each code once.

use engine::people::{MEMBER, set_password};
use engine::second_factors::{State, state};
use engine::sessions::{Entrance, PasswordChange, change_password, sign_in};
use engine::{password_resets, sign_ins};
use futures_util::future::join_all;

use super::second_factors::{complete, is_in, letters, ready, resumed, stays_out, waits, with_ada};
use super::team::{PASSWORD, member};
use crate::support::check::number;
use crate::support::on_every_database;

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_a_code_that_works_once() {
    on_every_database(async |harness| {
        let ada = with_ada(harness).await;
        harness.drain().await;
        let sessions = "select count(*) from sessions";
        assert_eq!(number(harness.raw(), sessions).await, 1);
        let token = waits(harness, &ada.person).await;
        assert_eq!(
            number(harness.raw(), sessions).await,
            1,
            "no session before the code"
        );
        assert!(!is_in(harness, &token).await);
        let hashes = format!("select count(*) from sign_ins where token_hash = '{token}'");
        assert_eq!(
            number(harness.raw(), &hashes).await,
            0,
            "it is stored hashed"
        );

        // The code that turned it on has been used, and so has what came before.
        for code in [
            ada.code(harness, 0),
            ada.code(harness, -1),
            ada.code(harness, 2),
        ] {
            stays_out(harness, &token, &code).await;
        }
        stays_out(harness, &token, "").await;
        stays_out(harness, "made up", &ada.code(harness, 1)).await;
        harness.clock.advance_s(30);
        let code = ada.code(harness, 0);
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        let session = complete(harness, &token, &spaced).await.unwrap();
        assert!(is_in(harness, &session).await);
        stays_out(harness, &token, &ada.code(harness, 1)).await;
        let again = waits(harness, &ada.person).await;
        stays_out(harness, &again, &code).await;
        harness.clock.advance_s(30);
        assert!(
            complete(harness, &again, &ada.code(harness, 0))
                .await
                .is_some()
        );
        assert_eq!(
            letters(harness).await.len(),
            1,
            "a usual sign-in is no news"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_shown_twice_at_once_works_once() {
    on_every_database(async |harness| {
        let ada = with_ada(harness).await;
        harness.clock.advance_s(60);
        for code in [ada.code(harness, 0), ada.codes[0].clone()] {
            let mut tokens = Vec::new();
            for _ in 0..6 {
                tokens.push(waits(harness, &ada.person).await);
            }
            let tries = tokens.iter().map(|token| complete(harness, token, &code));
            let came_in = join_all(tries).await.into_iter().flatten().count();
            assert_eq!(came_in, 1, "{code}");
        }
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_waits_for_five_minutes() {
    on_every_database(async |harness| {
        let ada = with_ada(harness).await;
        harness.drain().await;
        let (late, early) = (
            waits(harness, &ada.person).await,
            waits(harness, &ada.person).await,
        );
        harness.clock.advance_s(299);
        assert!(
            complete(harness, &early, &ada.code(harness, 0))
                .await
                .is_some()
        );
        harness.clock.advance_s(1);
        assert!(
            sign_ins::waiting(&harness.desk, &late)
                .await
                .unwrap()
                .is_none()
        );
        stays_out(harness, &late, &ada.code(harness, 1)).await;
        waits(harness, &ada.person).await;
        let kept = number(harness.raw(), "select count(*) from sign_ins").await;
        assert_eq!(kept, 1, "what has ended is forgotten");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once_and_its_use_is_told() {
    on_every_database(async |harness| {
        let ada = with_ada(harness).await;
        harness.drain().await;
        let max = member(harness, "max", MEMBER).await;
        let max = ready(harness, max).await;
        let stored = format!(
            "select count(*) from recovery_codes where code_hash = '{}'",
            ada.codes[3]
        );
        assert_eq!(
            number(harness.raw(), &stored).await,
            0,
            "they are stored hashed"
        );
        let token = waits(harness, &ada.person).await;
        stays_out(harness, &token, &max.codes[3]).await;
        // As people copy them: in capitals, without hyphens, a letter for the digit it looks like.
        let typed = ada.codes[3]
            .to_uppercase()
            .replace('-', " ")
            .replace('0', "O")
            .replace('1', "l");
        let session = complete(harness, &token, &typed).await.unwrap();
        let mine = resumed(harness, &session).await;
        let State::On { recovery_codes, .. } = state(&harness.desk, &mine).await.unwrap() else {
            panic!("it is on");
        };
        assert_eq!(recovery_codes, 9);
        let told = letters(harness).await.pop().unwrap();
        assert_eq!(
            told,
            (
                ada.person.email.clone(),
                "A Bordereau recovery code was used".to_owned()
            )
        );
        let again = waits(harness, &ada.person).await;
        stays_out(harness, &again, &ada.codes[3]).await;
        assert!(complete(harness, &again, &ada.codes[4]).await.is_some());
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_keeps_the_second_factor_and_ends_what_waits() {
    on_every_database(async |harness| {
        let desk = &harness.desk;
        let ada = with_ada(harness).await;
        let begun = waits(harness, &ada.person).await;
        password_resets::request(desk, &ada.person.email, "en")
            .await
            .unwrap();
        harness.drain().await;
        let text = harness.fakes.letters.asked().pop().unwrap().text;
        let (_, link) = text.split_once("/password/new?token=").unwrap();
        let link = link.lines().next().unwrap();
        let new = "another staple horse";
        assert!(
            password_resets::complete(desk, link, new, "en")
                .await
                .unwrap()
        );
        harness.clock.advance_s(30);
        stays_out(harness, &begun, &ada.code(harness, 0)).await;
        let entrance = sign_in(desk, &ada.person.email, new)
            .await
            .unwrap()
            .unwrap();
        let Entrance::CodeAsked(token) = entrance else {
            panic!("a code is asked for as before");
        };
        let session = complete(harness, &token, &ada.code(harness, 0))
            .await
            .unwrap();
        let mine = resumed(harness, &session).await;
        let Entrance::CodeAsked(begun) = sign_in(desk, &ada.person.email, new)
            .await
            .unwrap()
            .unwrap()
        else {
            panic!("a code is asked for");
        };
        let change = PasswordChange {
            present: new,
            new: PASSWORD,
            language: "en",
        };
        assert!(change_password(desk, &mine, &change).await.unwrap());
        stays_out(harness, &begun, &ada.codes[0]).await;
        set_password(desk, &ada.person.email, "a third long one")
            .await
            .unwrap();
        let entrance = sign_in(desk, &ada.person.email, "a third long one").await;
        assert!(matches!(entrance, Ok(Some(Entrance::CodeAsked(_)))));
        harness.drain().await;
    })
    .await;
}
