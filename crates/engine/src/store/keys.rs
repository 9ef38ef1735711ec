//! The exact things an order is found by: numbers, shipments, labels, refunds, payments, the shop's id.

use domain::ids::{OrderId, OrganizationId};
use domain::order::{Mode, Order};
use domain::waiting::Waiting;
use sqlx::{Any, Row, Transaction};

use super::dialect::askable;
use super::orders::name;
use super::{Store, StoreError};

/// What kind of thing a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// The shop's order number.
    Number,
    /// A carrier's tracking number.
    Tracking,
    /// Our shipment.
    Shipment,
    /// Our label.
    Label,
    /// Our refund.
    Refund,
    /// Our payment.
    Payment,
    /// The provider's payment, as `provider:reference`.
    ProviderPayment,
    /// The shop's own id, as `connection:id`.
    Shop,
}

impl KeyKind {
    /// As the database holds it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Tracking => "tracking",
            Self::Shipment => "shipment",
            Self::Label => "label",
            Self::Refund => "refund",
            Self::Payment => "payment",
            Self::ProviderPayment => "provider_payment",
            Self::Shop => "shop",
        }
    }
}

/// One key of one order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub kind: KeyKind,
    pub value: String,
    /// What the value is unique within.
    pub within: String,
}

impl Key {
    /// Every key of an order.
    pub(crate) fn all_of(order: &Order) -> Vec<Self> {
        let mut keys = Vec::new();
        let mut add = |kind, value: &str, within: &str| {
            let key = Self {
                kind,
                value: value.to_owned(),
                within: within.to_owned(),
            };
            // Two payments may have one reference at the provider.
            if !keys.contains(&key) {
                keys.push(key);
            }
        };
        let mode = name(&order.mode);
        if let Some(number) = &order.number {
            add(KeyKind::Number, number, &mode);
        }
        for shipment in &order.shipments {
            add(KeyKind::Shipment, shipment.id.as_str(), &mode);
            if let Some(label) = &shipment.label {
                add(KeyKind::Label, label.id.as_str(), &mode);
            }
        }
        for number in order.tracking_numbers() {
            add(KeyKind::Tracking, number, order.id.as_str());
        }
        let waiting = order.waiting.iter().flat_map(Waiting::refunds);
        let refunds = order.refunds.iter().chain(waiting).map(|one| &one.id);
        for refund in refunds.chain(&order.withdrawn) {
            add(KeyKind::Refund, refund.as_str(), &mode);
        }
        for payment in &order.payments {
            add(KeyKind::Payment, payment.id.as_str(), &mode);
            let reference = format!("{}:{}", payment.provider, payment.reference);
            add(KeyKind::ProviderPayment, &reference, order.id.as_str());
        }
        if let Some(shop) = &order.shop {
            let value = format!("{}:{}", shop.connection, shop.external_id);
            add(KeyKind::Shop, &value, order.id.as_str());
        }
        keys
    }

    pub(crate) fn is_number(&self) -> bool {
        self.kind == KeyKind::Number
    }

    pub(crate) async fn delete(
        &self,
        tx: &mut Transaction<'static, Any>,
        organization: &OrganizationId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "delete from order_keys where organization_id = $1 and kind = $2 and value = $3 and within = $4",
        )
        .bind(organization.as_str())
        .bind(self.kind.name())
        .bind(self.value.as_str())
        .bind(self.within.as_str())
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Which order holds this key.
    pub(crate) async fn owner(
        &self,
        tx: &mut Transaction<'static, Any>,
        organization: &OrganizationId,
    ) -> Result<Option<OrderId>, StoreError> {
        let row = sqlx::query(
            "select order_id from order_keys \
             where organization_id = $1 and kind = $2 and value = $3 and within = $4",
        )
        .bind(organization.as_str())
        .bind(self.kind.name())
        .bind(self.value.as_str())
        .bind(self.within.as_str())
        .fetch_optional(&mut **tx)
        .await?;
        row.map(|row| Ok(OrderId(row.try_get(0)?))).transpose()
    }
}

impl Store {
    /// The orders that an exact thing names: one for most kinds, several for a tracking number they share. Orders of
    /// the other mode are left out (O5).
    ///
    /// # Errors
    /// The database.
    pub async fn find(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        kind: KeyKind,
        value: &str,
    ) -> Result<Vec<OrderId>, StoreError> {
        let rows = sqlx::query(
            "select k.order_id from order_keys k \
             join orders o on o.organization_id = k.organization_id and o.id = k.order_id \
             where k.organization_id = $1 and k.kind = $2 and k.value = $3 and o.mode = $4 order by k.order_id",
        )
        .bind(organization.as_str())
        .bind(kind.name())
        .bind(askable(value))
        .bind(name(&mode))
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok(OrderId(row.try_get(0)?)))
            .collect()
    }

    /// The order with this desk number.
    ///
    /// # Errors
    /// The database.
    pub async fn find_desk_number(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        desk_number: u64,
    ) -> Result<Option<OrderId>, StoreError> {
        let row = sqlx::query(
            "select id from orders where organization_id = $1 and desk_number = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(super::orders::int(desk_number))
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| Ok(OrderId(row.try_get(0)?))).transpose()
    }
}
