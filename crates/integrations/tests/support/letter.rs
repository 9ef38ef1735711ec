//! A letter to a shopper, with everything in it that mail servers and programs have trouble with.

use domain::ids::MailId;
use domain::order::Mode;
use engine::account_mail::Kind;
use engine::permit::Scope;
use engine::ports::Letter;

pub fn letter(id: &str) -> Letter {
    Letter {
        id: MailId(id.to_owned()),
        scope: Scope {
            organization_id: "org_1".into(),
            mode: Mode::Live,
        },
        kind: Kind::Refund,
        order_id: Some("order_1".into()),
        to: "zoe@example.com".to_owned(),
        from: "orders@shop.example".to_owned(),
        from_name: "Maison Éclair, Paris".to_owned(),
        reply_to: "aide@shop.example".to_owned(),
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
        subject: "Un remboursement pour votre commande № 1001".to_owned(),
        text: "Bonjour Zoé,\n\n12,50\u{a0}EUR.\n".to_owned(),
        html: "<p>Bonjour Zoé,</p>".to_owned(),
    }
}
