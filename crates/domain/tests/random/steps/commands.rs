//! Random commands: of every kind, with amounts, quantities, texts and identifiers that may make no sense.

use domain::address::Address;
use domain::command::Command;
use domain::coverage::Promise;
use domain::event::AddressKind;
use domain::ids::{ItemId, ShipmentId};
use domain::order::{Declaration, Order};
use domain::pack::{CartonAsk, ItemAsk};
use domain::refund::{RefundReason, RefundRequest};
use domain::send::{LabelWish, ShipmentRequest};
use domain::ship::LabelRequest;
use domain::shipment::{LabelFormat, Parcel};
use domain::shipment_details::Details;

use super::{STATES, Step};

impl Step {
    /// The command of this step, where it is one.
    pub fn command(&self, order: &Order) -> Option<Command> {
        let note = self.text();
        Some(match self.kind {
            0 => Command::Cancel {
                note,
                notify: self.flag,
                without_refund: self.pick == 0,
            },
            1 => Command::Hold { note },
            2 | 3 => Command::Release,
            4..=6 => Command::Capture {
                payment: self.payment(order),
                amount_minor: self.amounts[0].of(20_000),
            },
            7..=16 => Command::Refund(self.refund_request(order)),
            17..=21 => self.about_failed(order, note),
            22 => Command::SetTotal {
                total_minor: self.amounts[0].of(90_000),
            },
            23 => Command::SetNumber {
                number: note,
                was: self.flag.then(|| order.number.clone()),
            },
            24 | 25 => self.edit_address(order),
            26 | 27 => self.declare(order),
            28 => Command::RemoveItems {
                items: self.items(order),
            },
            29..=40 => self.small_command(order, note),
            41..=43 => Command::AddTracking {
                shipment: self.fresh("shipment_", order).as_str().into(),
                numbers: vec![self.tracking(order)],
                items: self.items(order),
                notify: self.flag,
            },
            47 | 48 => Command::RemoveTracking {
                numbers: order
                    .tracking_numbers()
                    .take(1 + usize::from(self.pick % 2))
                    .map(str::to_owned)
                    .collect(),
            },
            44 | 45 => Command::CreateShipments {
                shipments: self.shipment_requests(order),
            },
            46 | 52 => Command::LabelShipment {
                shipment: self.unlabelled(order),
                wish: self.label_wish(order, "label_"),
            },
            49..=51 => Command::RequestLabel(Box::new(self.label_request(order))),
            53..=57 => self.about_waiting(order, note),
            _ => return None,
        })
    }

    /// Tries again or settles by hand a refund that failed, or one that did not.
    fn about_failed(&self, order: &Order, note: String) -> Command {
        let failed = order.refunds.iter().filter(|refund| !refund.counts());
        let found = self.one(failed).map(|refund| refund.id.clone());
        let refund = found.unwrap_or_else(|| self.refund(order));
        match self.kind {
            17..=19 => Command::RetryRefund { refund },
            _ => Command::SettleRefund {
                refund,
                reference: note.clone(),
                note,
            },
        }
    }

    fn about_waiting(&self, order: &Order, note: String) -> Command {
        let waiting = self.waiting(order);
        match self.kind {
            53 | 54 => Command::Undo { waiting },
            55 | 56 => Command::Approve { waiting, note },
            _ => Command::Decline { waiting, note },
        }
    }

    fn small_command(&self, order: &Order, text: String) -> Command {
        let note = format!("note_{}", self.pick % 3).as_str().into();
        match self.kind {
            29 => Command::AddNote { note, text },
            30 => Command::EditNote { note, text },
            31 => Command::DeleteNote { note },
            32 => Command::Tag { tag: text },
            33 if !self.flag => {
                let known = self.one(order.tags.iter()).cloned();
                let tag = known.unwrap_or(text);
                Command::Untag { tag }
            }
            33 if self.flag => Command::VoidPayment {
                payment: self.payment(order),
            },
            38 if self.flag => Command::AskPayment {
                payment: self.payment(order),
            },
            34 | 35 => Command::VoidLabel {
                label: self.label(order),
            },
            36 => Command::UpdateShipment {
                shipment: self.shipment(order),
                state: STATES[usize::from(self.second) % STATES.len()],
                note: text,
            },
            37 | 38 => Command::JudgeCoverage {
                promise: if self.flag {
                    Promise::Guarantee
                } else {
                    Promise::FraudProtection
                },
                keeps: self.second.is_multiple_of(2),
                note: text,
            },
            _ => {
                let open = self.one(order.attention.iter());
                let attention = open.map_or("attention_unknown".into(), |open| open.id.clone());
                Command::Resolve {
                    attention,
                    note: text,
                }
            }
        }
    }

    fn refund_request(&self, order: &Order) -> RefundRequest {
        let items = if self.flag {
            self.items(order)
        } else {
            Vec::new()
        };
        RefundRequest {
            id: self.fresh("refund_", order).as_str().into(),
            parts: self.parts(order, &items),
            items,
            reason: match self.pick {
                0 => RefundReason::Other(self.text()),
                _ => RefundReason::OrderChange,
            },
            note: self.text(),
            notify: self.flag,
        }
    }

    fn edit_address(&self, order: &Order) -> Command {
        let which = if self.flag {
            AddressKind::ShipTo
        } else {
            AddressKind::BillTo
        };
        let before = domain::edits::address(order, which).clone();
        let mut after = before.clone();
        let field = &domain::address::FIELDS[usize::from(self.second) % 11];
        *(field.get_mut)(&mut after) = self.text();
        if self.pick == 0 {
            after.country = "FR".to_owned();
        }
        let before = Box::new(if self.pick == 1 {
            Address::default()
        } else {
            before
        });
        Command::EditAddress {
            which,
            before,
            after: Box::new(after),
        }
    }

    fn declaration(&self) -> Declaration {
        Declaration {
            hs_code: ["6911.10", "691190", "4202", "", "abc"][usize::from(self.second) % 5]
                .to_owned(),
            origin: ["PT", "fr", "", "XX"][usize::from(self.pick) % 4].to_owned(),
            description: self.text(),
            unit_price_minor: self.amounts[0].of(5_000),
        }
    }

    fn declare(&self, order: &Order) -> Command {
        let item = self.item(order);
        let before = order.item(&item).map(|item| item.declared.clone());
        Command::DeclareItem {
            item,
            before: before.unwrap_or_default(),
            after: self.declaration(),
        }
    }

    /// A shipment that a label can be bought for, where there is one.
    fn unlabelled(&self, order: &Order) -> ShipmentId {
        let mut all = order.shipments.iter();
        let found = all.find(|shipment| {
            shipment.label.is_none() && shipment.tracking.is_empty() && !shipment.is_void()
        });
        let found = found.filter(|_| self.pick != 0);
        found.map_or_else(|| self.shipment(order), |shipment| shipment.id.clone())
    }

    fn label_wish(&self, order: &Order, prefix: &str) -> LabelWish {
        LabelWish {
            label: self.fresh(prefix, order).as_str().into(),
            account: "account".to_owned(),
            service: if self.text == 2 {
                self.text()
            } else {
                "priority".to_owned()
            },
            format: LabelFormat::default(),
        }
    }

    /// One shipment of all that is left, or of several things in boxes; at times a second one of the same.
    fn shipment_requests(&self, order: &Order) -> Vec<ShipmentRequest> {
        let ask = |(item, quantity): (ItemId, u32)| ItemAsk {
            reference: item.0,
            quantity: self.flag.then_some(quantity),
            hs_code: (self.pick > 8).then(|| self.declaration().hs_code),
            ..ItemAsk::default()
        };
        let items: Vec<_> = self.items(order).into_iter().map(ask).collect();
        let parcel = Parcel {
            weight_g: u32::from(self.text),
            ..Parcel::default()
        };
        let carton = CartonAsk {
            parcel,
            items,
            tracking: if self.who > 15 {
                self.tracking(order).number
            } else {
                String::new()
            },
            ..CartonAsk::default()
        };
        let request = |prefix: &str| ShipmentRequest {
            shipment: self.fresh(prefix, order).as_str().into(),
            cartons: vec![carton.clone(); usize::from(self.second) / 8],
            tracking: Vec::new(),
            details: Details {
                declared_value_minor: (self.pick == 3).then(|| self.amounts[1].of(9_000)),
                itn: self.text(),
                ..Details::default()
            },
            label: (self.pick < 3).then(|| self.label_wish(order, prefix)),
            notify: self.flag,
        };
        let second = (self.pick > 6).then(|| request("other_"));
        std::iter::once(request("shipment_"))
            .chain(second)
            .collect()
    }

    fn label_request(&self, order: &Order) -> LabelRequest {
        let id = self.fresh("label_", order);
        LabelRequest {
            label: id.as_str().into(),
            shipment: self.fresh("shipment_", order).as_str().into(),
            items: self.items(order),
            account: "account".to_owned(),
            service: if self.text == 2 {
                self.text()
            } else {
                "priority".to_owned()
            },
            parcel: Parcel {
                weight_g: u32::from(self.text),
                length_mm: u32::MAX,
                ..Parcel::default()
            },
            ship_to: (self.pick == 1).then(|| Address {
                country: if self.flag { "FR" } else { "" }.to_owned(),
                ..order.ship_to.clone()
            }),
            declared: if self.pick > 5 {
                vec![(self.item(order), self.declaration())]
            } else {
                Vec::new()
            },
            notify: self.flag,
        }
    }
}
