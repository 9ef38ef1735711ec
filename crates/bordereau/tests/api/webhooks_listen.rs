//! `bordereau listen` shows what webhooks tell, hands it on, and leaves nothing behind.

use serde_json::json;

use crate::client::key;
use crate::support::on_every_database;
use crate::support::receiver::Receiver;
use crate::webhooks::{NOTE, hook, open};

#[test]
fn it_shows_what_is_sent_checks_how_it_is_signed_hands_it_on_and_clears_up() {
    on_every_database(|desk| {
        let (server, client, order) = open(desk);
        let program = Receiver::open();
        program.answers(202);
        let url = format!("http://{}", server.address);
        let arguments = [
            "--organization",
            "Shop",
            "--url",
            &url,
            "--forward",
            &program.url,
        ];
        let more = [
            "--type",
            "order_updated",
            "--type",
            "ORDER_CANCELED",
            "--count",
            "1",
        ];
        let told = std::thread::scope(|scope| {
            let listening = scope.spawn(|| desk.run("listen", &[&arguments[..], &more].concat()));
            desk.wait_for("select count(*) from webhooks", |hooks| hooks == 2);
            client
                .ask(NOTE, json!({"order": order, "note": "heard"}))
                .data();
            listening.join().unwrap()
        });
        assert!(
            told.err.contains("listening to 2 types of webhooks"),
            "{told:?}"
        );
        let shown = told.fine();
        let heard = program.wait_for(1);
        let first = format!("ORDER_UPDATED {}, signature right\n", heard[0].id());
        assert!(shown.starts_with(&first), "{shown}");
        assert!(shown.contains("\"note\": \"heard\""), "{shown}");
        assert!(shown.ends_with("handed on: answered 202\n"), "{shown}");
        assert_eq!(desk.number("select count(*) from webhooks"), 0);
        let good = "select count(*) from api_keys where name = 'bordereau listen' and revoked_at_us is null";
        assert_eq!(desk.number(good), 0);
        desk.wait_for(
            "select count(*) from webhook_attempts where status = 202",
            |tries| tries == 1,
        );
    });
}

#[test]
fn it_follows_the_log_of_a_desk_that_cannot_send_here() {
    on_every_database(|desk| {
        let (server, client, order) = open(desk);
        let endpoint = Receiver::open();
        hook(&client, "ORDER_UPDATED", &endpoint.url, json!({}));
        client
            .ask(NOTE, json!({"order": order, "note": "before"}))
            .data();
        desk.wait_for("select count(*) from webhook_attempts", |tries| tries == 1);
        let secret = key(
            desk,
            &["--organization", "Shop"],
            &["view_orders", "manage_settings"],
        );
        let url = format!("http://{}", server.address);
        let arguments = ["--url", &url, "--key", &secret, "--poll", "--count", "1"];
        let told = std::thread::scope(|scope| {
            let listening =
                scope.spawn(|| crate::support::bordereau(&[&["listen"], &arguments[..]].concat()));
            // It says nothing of what was before: asking its key is how it begins.
            desk.wait_for(
                "select count(*) from api_keys where last_used_at_us is not null",
                |used| used == 2,
            );
            let mut version = 0;
            while !listening.is_finished() {
                let note = format!("after {version}");
                client
                    .ask(NOTE, json!({"order": order, "note": note}))
                    .data();
                version += 1;
                desk.wait_for(
                    "select count(*) from webhook_messages where state = 'waiting'",
                    |left| left == 0,
                );
            }
            listening.join().unwrap()
        });
        let shown = told.fine();
        assert!(shown.starts_with("ORDER_UPDATED msg_"), "{shown}");
        assert!(shown.contains("\"note\": \"after"), "{shown}");
    });
}

#[test]
fn it_says_what_to_do_where_the_desk_sends_to_no_private_address() {
    on_every_database(|desk| {
        crate::client::filled(desk);
        let server = desk.serve();
        let url = format!("http://{}", server.address);
        let told = desk
            .run("listen", &["--organization", "Shop", "--url", &url])
            .refused();
        assert!(told.contains("follow its log with --poll"), "{told}");
        assert_eq!(desk.number("select count(*) from webhooks"), 0);
        let unnamed = crate::support::bordereau(&["listen"]).refused();
        assert!(unnamed.contains("name the desk"), "{unnamed}");
    });
}
