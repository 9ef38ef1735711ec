//! What can be done and why not: O3, P2.

use domain::actions::{Action, actions, verdict};
use domain::actor::{Actor, ActorKind, Permission};
use domain::command::{Command, Context};
use domain::order::{Order, OrderStatus};
use domain::refusal::{Instead, Refusal};

use crate::support::*;

fn says(order: &Order, action: Action, actor: &Actor) -> Result<(), Refusal> {
    let at = order.updated_at;
    verdict(order, action, &Context::of(actor, at))
}

#[test]
fn o3_every_action_is_there_with_a_reason_and_a_remedy() {
    let order = run(&checkout_order(usd()), cancel("out of stock"));
    let (actor, at) = (admin(), order.updated_at);
    let all = actions(&order, &Context::of(&actor, at));
    assert_eq!(all.len(), Action::ALL.len());
    let refused = all.iter().filter_map(|(_, verdict)| verdict.clone().err());
    let canceled = refused
        .filter(|refusal| *refusal == Refusal::Canceled)
        .count();
    assert_eq!(canceled, 11);
    assert_eq!(Refusal::Canceled.instead(), Instead::PlaceAgain);
}

#[test]
fn o3_what_is_refused_says_which_rule_and_what_to_do_instead() {
    use Instead as I;
    let plugin = duty_and_tax_order(true);
    let shipped = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[]),
    );
    for (order, action, code, rule, instead) in [
        (
            &plugin,
            Action::Cancel,
            "cancel_in_shop",
            "C5",
            I::CancelInShop,
        ),
        (
            &plugin,
            Action::Refund,
            "paid_elsewhere",
            "R1",
            I::RefundInShop,
        ),
        (
            &plugin,
            Action::CancelWithoutRefund,
            "operator_support_only",
            "C3",
            I::AskSupport,
        ),
        (&shipped, Action::Cancel, "shipped", "C4", I::VoidLabelFirst),
        (
            &shipped,
            Action::CreateLabel,
            "nothing_to_ship",
            "S2",
            I::VoidLabelFirst,
        ),
        (
            &shipped,
            Action::SetTotal,
            "amounts_final",
            "R4",
            I::RefundInstead,
        ),
        (
            &shipped,
            Action::RetryRefund,
            "refund_not_found",
            "R10",
            I::LoadAgain,
        ),
    ] {
        let refusal = says(order, action, &admin()).unwrap_err();
        assert_eq!(refusal.code(), code);
        assert_eq!(
            (refusal.rule(), refusal.instead()),
            (rule, instead),
            "{code}"
        );
    }
}

#[test]
fn o3_a_page_does_not_offer_what_is_refused() {
    // A label that is on its way holds every item, and a hold comes before that.
    let order = run(
        &checkout_order(usd()),
        request_label("label_1", &[("mug", 2), ("plate", 1)]),
    );
    let refused = Err(Refusal::NothingToShip);
    assert_eq!(says(&order, Action::AddTracking, &admin()), refused);
    assert_eq!(
        refusal(&order, add_tracking("shipment_9", "RR9", &[])),
        Refusal::NothingToShip
    );
    let held = run(
        &order,
        Command::Hold {
            note: "wait".to_owned(),
        },
    );
    let not_ready = Refusal::NotReady {
        status: OrderStatus::Hold,
    };
    assert_eq!(says(&held, Action::CreateLabel, &admin()), Err(not_ready));
}

#[test]
fn o3_a_retry_is_offered_only_where_the_amount_is_still_free() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    );
    let order = failed(&order, "refund_1");
    assert_eq!(says(&order, Action::RetryRefund, &admin()), Ok(()));
    let order = run(&order, refund("refund_2", parts(6_000, 0, 0)));
    let refused = says(&order, Action::RetryRefund, &admin()).unwrap_err();
    assert_eq!(refused.code(), "exceeds_part");
}

#[test]
fn p2_seeing_is_not_refunding() {
    let order = checkout_order(usd());
    let commands = [
        (cancel("x"), Permission::CancelOrders),
        (refund("refund_1", parts(1, 0, 0)), Permission::RefundOrders),
        (
            add_tracking("shipment_1", "RR1", &[]),
            Permission::ShipOrders,
        ),
        (Command::Release, Permission::EditOrders),
        (
            Command::AddNote {
                note: "note_1".into(),
                text: "x".to_owned(),
            },
            Permission::AddNotes,
        ),
    ];
    for (command, permission) in commands {
        let refused = refusal_as(&order, command, &viewer());
        assert_eq!(refused, Refusal::NotPermitted { permission });
    }
    // Regression 18: one permission of its own is enough, and no other stands for it.
    let refunder = actor(ActorKind::Person, "refunder", &[Permission::RefundOrders]);
    let done = run_as(&order, refund("refund_1", parts(1, 0, 0)), &refunder);
    assert_eq!(done.order.refunds.len(), 1);
    let refused = refusal_as(&order, cancel("x"), &refunder);
    let permission = Permission::CancelOrders;
    assert_eq!(refused, Refusal::NotPermitted { permission });
}

#[test]
fn p2_a_member_has_orders_and_catalogue_and_no_billing_reports_or_settings() {
    for permission in Permission::ALL {
        let is_kept_from_members = matches!(
            permission,
            Permission::ViewReports
                | Permission::ViewBilling
                | Permission::ManageTeam
                | Permission::ManageSettings
        );
        assert_eq!(
            member().may(permission),
            !is_kept_from_members,
            "{permission:?}"
        );
    }
}

#[test]
fn p2_an_act_of_operator_support_is_marked_as_such() {
    let decision = run_as(&checkout_order(usd()), cancel("on the phone"), &support());
    let kinds: Vec<_> = decision.events.iter().map(|event| event.by.kind).collect();
    assert_eq!(kinds, [ActorKind::Support; 4]);
    let last = decision.order.transitions.last().unwrap();
    assert_eq!(last.by.kind, ActorKind::Support);
}

#[test]
fn who_may_comes_before_what_the_state_allows() {
    let order = run(&checkout_order(usd()), cancel("out of stock"));
    let without_refund = Command::Cancel {
        note: "x".to_owned(),
        notify: false,
        without_refund: true,
    };
    assert_eq!(
        refusal(&order, without_refund),
        Refusal::OperatorSupportOnly
    );
    let refused = says(&order, Action::CancelWithoutRefund, &admin());
    assert_eq!(refused, Err(Refusal::OperatorSupportOnly));
}
