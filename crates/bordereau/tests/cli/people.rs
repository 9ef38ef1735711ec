//! People and API keys: secrets are never arguments and are shown once, and a refusal leaves nothing behind.

use crate::support::{Desk, PASSWORD, bordereau, on_every_database, text};

const MAX: [&str; 4] = ["--email", "max@shop.example", "--name", "Max"];

fn counted(desk: &Desk) -> (i64, i64, i64) {
    let count = |table: &str| desk.number(&format!("select count(*) from {table}"));
    (count("people"), count("organizations"), count("members"))
}

#[test]
fn the_folder_may_stand_where_the_help_has_it() {
    let desk = Desk::embedded();
    let folder = desk.with_shop().data();
    for arguments in [
        ["user", "list", "--data", text(&folder)],
        ["user", "--data", text(&folder), "list"],
    ] {
        let said = bordereau(&arguments).fine();
        assert!(said.contains("ada@shop.example"), "{said}");
    }
}

#[test]
fn people_are_added_and_listed() {
    on_every_database(|desk| {
        desk.with_shop();
        assert_eq!(
            desk.user_add(&MAX, PASSWORD).fine(),
            "max@shop.example can sign in as member\n"
        );
        let sam = [
            "--email",
            "Sam@Operator.example",
            "--name",
            "Sam",
            "--support",
        ];
        assert_eq!(
            desk.user_add(&sam, PASSWORD).fine(),
            "Sam@Operator.example is operator support\n"
        );
        let listed =
            "ada@shop.example\tAda\tadmin\tactive\nmax@shop.example\tMax\tmember\tactive\n";
        assert_eq!(desk.run("user", &["list"]).fine(), listed);
        let hashes = "select count(distinct password_hash) from people";
        assert_eq!((counted(desk), desk.number(hashes)), ((3, 1, 2), 3));
        let said = desk.run_with(
            "user",
            &["password", "--email", "MAX@shop.example"],
            b"another long secret\r\n",
        );
        assert_eq!(said.fine(), "the password of MAX@shop.example is set\n");
    });
}

#[test]
fn who_cannot_be_added_leaves_nothing_behind() {
    let desk = Desk::embedded();
    let before = counted(desk.with_shop());
    let new = ["--new-organization", "Other"];
    let role = ["--role", "boss"];
    let ada = ["--email", "ADA@shop.example", "--name", "Ada"];
    let nobody = ["--email", "nobody", "--name", "No"];
    let cases: [(&[&[&str]], &str, &str); 9] = [
        (
            &[&ada],
            PASSWORD,
            "error: ada@shop.example is taken; every person has an e-mail of their own\n",
        ),
        (
            &[&ada, &new],
            PASSWORD,
            "error: ada@shop.example is taken; every person has an e-mail of their own\n",
        ),
        (
            &[&MAX],
            "short",
            "error: the password is too short; use 10 characters or more\n",
        ),
        (
            &[&MAX, &new],
            "short",
            "error: the password is too short; use 10 characters or more\n",
        ),
        (
            &[&MAX, &role],
            PASSWORD,
            "error: there is no role \"boss\" in this organization\n",
        ),
        (
            &[&MAX, &new, &role],
            PASSWORD,
            "error: a new organization has the roles admin and member, not \"boss\"\n",
        ),
        (
            &[&nobody, &new],
            PASSWORD,
            "error: \"nobody\" is not an e-mail address\n",
        ),
        (
            &[&MAX, &["--organization", "Other"]],
            PASSWORD,
            "error: there is no organization \"Other\" here; there is: Shop\n",
        ),
        (
            &[&MAX, &["--new-organization", "Shop"]],
            PASSWORD,
            "error: there is an organization \"Shop\" already; add them with --organization\n",
        ),
    ];
    for (arguments, password, complaint) in cases {
        assert_eq!(
            desk.user_add(&arguments.concat(), password).refused(),
            complaint
        );
        assert_eq!(counted(&desk), before, "{complaint}");
    }
    let said = desk
        .run("user", &["password", "--email", "max@shop.example"])
        .refused();
    assert_eq!(
        said,
        "error: no password was given; set BORDEREAU_PASSWORD, or give it on standard input\n"
    );
}

#[test]
fn a_key_is_shown_once_and_revoked_for_good() {
    on_every_database(|desk| {
        let made = desk.with_shop().run(
            "key",
            &["create", "--name", "Plugin", "--allow", "view_orders"],
        );
        assert!(
            made.err
                .ends_with("is made; this is the only time it is shown:\n"),
            "{made:?}"
        );
        let secret = made.fine().trim().to_owned();
        assert!(secret.starts_with("credential_live_"), "{secret}");
        let listed = desk.run("key", &["list"]).fine();
        let fields: Vec<&str> = listed.trim().split('\t').collect();
        let [id, mode, name, hint, state] = fields[..] else {
            panic!("{listed}")
        };
        assert_eq!((mode, name, state), ("live", "Plugin", "active"));
        assert!(
            !listed.contains(&secret) && secret.starts_with(hint.trim_end_matches('…')),
            "{listed}"
        );
        assert!(secret.len() > hint.len() + 16);

        let refused = desk
            .run("key", &["create", "--name", "P", "--allow", "fly"])
            .refused();
        assert!(
            refused.starts_with("error: --allow fly is no permission"),
            "{refused}"
        );
        assert_eq!(
            desk.run("key", &["revoke", id]).fine(),
            format!("key {id} is revoked\n")
        );
        let again = desk.run("key", &["revoke", id]).refused();
        assert_eq!(
            again,
            format!("error: there is no active key {id} in this organization\n")
        );
        assert_eq!(
            desk.run("key", &["list"]).fine(),
            listed.replace("active", "revoked")
        );
        assert_eq!(desk.number("select count(*) from api_keys"), 1);
    });
}
