//! Messages of providers as a person looks at them: what came of each, what it says, looking at it again.

use crate::flows::open;
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::{ADA, EVE};

#[test]
fn a_message_that_failed_is_shown_whole_and_looked_at_again() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        desk.tamper(
            "insert into deliveries (organization_id, id, source, fingerprint, body, external_id, kind, state, problem, \
             received_at_us, settled_at_us) select id, 'delivery_1', 'bank', 'f', '{\"a\":{\"b\":\"<i>\"}}', 'evt_1', \
             'refund.failed', 'failed', 'it tells no currency', 1770000000000000, 1770000001000000 from organizations",
        );
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        ada.get("/settings/deliveries")
            .is(200)
            .says("Messages reçus")
            .says("refund.failed")
            .says("it tells no currency")
            .says("Échec");
        let path = "/settings/deliveries/delivery_1";
        ada.get(path).is(200).says("<i>").says("Relire");
        ada.post(path, &[]).is(200);
        // Nobody is connected under this name: it comes back as failed, and says so.
        desk.wait_for(
            "select count(*) from deliveries where state = 'failed' and problem <> ''",
            |count| count == 1,
        );
        ada.get(path).is(200).says("bank is not connected any more");
        desk.add_eve();
        let mut eve = Browser::signed_in(&server, "en", EVE);
        eve.get("/settings/deliveries")
            .says("Nobody told anything yet.");
        eve.get(path).is(404);
        eve.post(path, &[]).is(404);
    });
}

#[test]
fn the_door_is_shut_to_who_is_not_connected() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut nobody = Browser::new(&server, "en");
        let organization = "select count(*) from deliveries";
        for path in ["/hooks/stripe/org_none", "/hooks/bank/org_none"] {
            nobody.forge(path, &[], &[]).is(404);
        }
        assert_eq!(desk.number(organization), 0);
    });
}
