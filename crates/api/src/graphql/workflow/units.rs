//! Units of the interface, as the units of the rules.

use domain::measures::Unit;

use super::super::enums::{DimensionalUnitCode, ItemUnitOfMeasure, WeightUnitCode};

impl From<ItemUnitOfMeasure> for Unit {
    fn from(unit: ItemUnitOfMeasure) -> Self {
        match unit {
            ItemUnitOfMeasure::Centimeter => Self::Centimeter,
            ItemUnitOfMeasure::Foot => Self::Foot,
            ItemUnitOfMeasure::Gram => Self::Gram,
            ItemUnitOfMeasure::Inch => Self::Inch,
            ItemUnitOfMeasure::Kilogram => Self::Kilogram,
            ItemUnitOfMeasure::Meter => Self::Meter,
            ItemUnitOfMeasure::Millimeter => Self::Millimeter,
            ItemUnitOfMeasure::Ounce => Self::Ounce,
            ItemUnitOfMeasure::Pound => Self::Pound,
            ItemUnitOfMeasure::Yard => Self::Yard,
        }
    }
}

impl From<Unit> for ItemUnitOfMeasure {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Centimeter => Self::Centimeter,
            Unit::Foot => Self::Foot,
            Unit::Gram => Self::Gram,
            Unit::Inch => Self::Inch,
            Unit::Kilogram => Self::Kilogram,
            // No item is told in decimetres: the interface has none for items.
            Unit::Decimeter | Unit::Meter => Self::Meter,
            Unit::Millimeter => Self::Millimeter,
            Unit::Ounce => Self::Ounce,
            Unit::Pound => Self::Pound,
            Unit::Yard => Self::Yard,
        }
    }
}

impl From<DimensionalUnitCode> for Unit {
    fn from(unit: DimensionalUnitCode) -> Self {
        match unit {
            DimensionalUnitCode::Centimeter => Self::Centimeter,
            DimensionalUnitCode::Decimeter => Self::Decimeter,
            DimensionalUnitCode::Foot => Self::Foot,
            DimensionalUnitCode::Inch => Self::Inch,
            DimensionalUnitCode::Meter => Self::Meter,
            DimensionalUnitCode::Millimeter => Self::Millimeter,
            DimensionalUnitCode::Yard => Self::Yard,
        }
    }
}

impl From<WeightUnitCode> for Unit {
    fn from(unit: WeightUnitCode) -> Self {
        match unit {
            WeightUnitCode::Gram => Self::Gram,
            WeightUnitCode::Kilogram => Self::Kilogram,
            WeightUnitCode::Ounce => Self::Ounce,
            WeightUnitCode::Pound => Self::Pound,
        }
    }
}
