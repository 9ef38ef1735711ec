//! Cartons that were told or packed for a sale.

use async_graphql::ID;
use domain::cartons::Size;
use domain::party::PartyKind;
use domain::roots::RootCarton;

use super::super::cartons::{BoxOf, Carton, CartonItem, PackagingType};
use super::super::enums::{DimensionalUnitCode, WeightUnitCode};
use super::super::items::told_item;
use super::super::scalars::{CountryCode, DateTime, Decimal, kept};
use super::enums::PackagingOptionSource;
use super::sale::Sale;

impl PackagingType {
    const ALL: [Self; 7] = [
        Self::Envelope,
        Self::Flat,
        Self::Package,
        Self::Pak,
        Self::Parcel,
        Self::Polybag,
        Self::Tube,
    ];

    /// Its name as it is kept.
    pub fn stored(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// What was kept under a name; a package where nothing was.
    pub fn of(stored: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.stored() == stored)
            .unwrap_or(Self::Package)
    }
}

/// A carton that was told or packed for a sale.
pub(crate) fn told_carton(sale: &Sale, told: &RootCarton) -> Carton {
    let carton = &told.carton;
    let items = carton.items.iter().filter_map(|(id, quantity)| {
        let known = sale.root.item(id)?;
        let size = known.goods.size;
        let side = |of: fn(Size) -> u32| Decimal::whole(size.map_or(0, of));
        Some(CartonItem {
            item: told_item(sale, known),
            quantity: i64::from(*quantity),
            country_of_origin: CountryCode::kept(&known.goods.origin),
            hs_code: kept(&known.goods.hs_code),
            weight: Decimal::whole(known.goods.weight_g),
            weight_unit: WeightUnitCode::Gram,
            dimensional_unit: DimensionalUnitCode::Millimeter,
            height: side(|size| size.height_mm),
            length: side(|size| size.length_mm),
            width: side(|size| size.width_mm),
            label_name: kept(known.goods.called()),
            kind: PackagingType::Package,
        })
    });
    let at = DateTime(told.told.at);
    Carton {
        id: ID(told.id.0.clone()),
        dimensional_unit: DimensionalUnitCode::Millimeter,
        height: Decimal::whole(carton.size.height_mm),
        length: Decimal::whole(carton.size.length_mm),
        width: Decimal::whole(carton.size.width_mm),
        weight: Decimal::whole(carton.physical_g),
        weight_unit: WeightUnitCode::Gram,
        items: told.is_packed.then(|| items.collect()),
        mode: sale.root.mode.into(),
        organization: sale.organization.clone(),
        root_id: ID(sale.root.id.0.clone()),
        ship_to: sale.place(PartyKind::Destination),
        kind: PackagingType::of(&told.packaging),
        created_at: at,
        updated_at: at,
        name: carton.kind.clone(),
        ship_from: sale.place(PartyKind::Origin),
        source: Some(match (told.is_packed, &carton.kind) {
            (false, _) => PackagingOptionSource::Default,
            (true, Some(_)) => PackagingOptionSource::Organization,
            (true, None) => PackagingOptionSource::Dynamic,
        }),
        of: BoxOf::Sale(ID(told.told.by.clone())),
    }
}
