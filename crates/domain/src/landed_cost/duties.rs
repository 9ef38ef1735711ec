//! Duties: a line for each item, and which rate is taken where several may hold.

use rust_decimal::Decimal;

use super::calculate::{Parcel, blank, called};
use super::how::RateChoice;
use super::words::{formula, joined, note, share};
use super::{Line, LineKind};
use crate::order::Item;
use crate::tariff::Limited;
use crate::tariff::find::Found;

impl<'a> Parcel<'a> {
    /// A line for each item.
    pub fn duties(&mut self) -> Vec<Line> {
        let exempt = if self.is_inland() {
            let (from, to) = (self.way.from, self.way.to);
            self.notes.push(format!(
                "from {from} to {to} no customs border is crossed: nothing is due at import"
            ));
            Some("no duty: no customs border is crossed")
        } else if self.is_below(Limited::Duty) {
            Some("no duty up to the threshold")
        } else {
            if self
                .given
                .tariff
                .threshold(&self.way, Limited::Duty)
                .is_none()
            {
                let to = self.way.to;
                self.notes.push(format!(
                    "no threshold for duty is known for {to}: it counts from the first unit"
                ));
            }
            None
        };
        let items = self.request.items.iter().enumerate();
        items
            .map(|(index, item)| self.duty(index, item, exempt))
            .collect()
    }

    fn duty(&mut self, index: usize, item: &Item, exempt: Option<&str>) -> Line {
        let base = self.valued(self.value, Some(index));
        let mut line = blank(LineKind::Duty, "Duty", Some(&item.id), base.minor());
        let left_out = (!self.request.how.levies_of(&item.id).has_duty())
            .then_some("no duty: left out of this item, as asked");
        if let Some(why) = exempt.or(left_out) {
            why.clone_into(&mut line.formula);
            return line;
        }
        let (code, made_in) = (
            item.declared.hs_code.as_str(),
            item.declared.origin.as_str(),
        );
        let mut notes = Vec::new();
        if code.is_empty() {
            notes.push("no HS code: only a rate for all goods could be looked for".to_owned());
        }
        if made_in.is_empty() {
            notes.push(
                "no country of origin: only a rate for any origin could be looked for".to_owned(),
            );
        }
        match self.chosen(code, made_in, &mut notes) {
            Some(found) => {
                line.amount_minor = share(base.minor(), found.says, self.rounding);
                line.rate_percent = Some(found.says);
                line.formula = formula(found.says, &base.told(called(self.value)), self.rounding);
                line.from = Some(found.entry.from.clone());
                notes.push(note(found.entry));
            }
            None => {
                "no duty rate known".clone_into(&mut line.formula);
                let to = self.way.to;
                let of = told_goods(item);
                self.missing.push(format!("a duty rate for {of} into {to}"));
                notes.push(format!(
                    "no duty rate for {of} into {to} is known: none was counted"
                ));
            }
        }
        line.note = joined(notes);
        line
    }

    /// The duty that is taken: the exact one, or one of those beneath a code that is too short; which is noted.
    fn chosen(
        &mut self,
        code: &str,
        made_in: &str,
        notes: &mut Vec<String>,
    ) -> Option<Found<'a, Decimal>> {
        let (tariff, choice) = (self.given.tariff, self.request.how.rate_choice);
        let exact = tariff.duty(&self.way, code, made_in);
        if choice == RateChoice::Exact {
            return exact;
        }
        let mut several = match code {
            "" => Vec::new(),
            code => tariff.duties_beneath(&self.way, code, made_in),
        };
        several.sort_by_key(|found| found.says);
        let (Some(first), Some(last)) = (several.first(), several.last()) else {
            notes.extend(
                exact.map(|_| "one rate alone holds for this code: it was taken".to_owned()),
            );
            return exact;
        };
        self.is_estimate = true;
        notes.push(format!(
            "{} of {} rates of goods under {code} was taken, which go from {} % to {} %",
            choice.told(),
            several.len(),
            first.says.normalize(),
            last.says.normalize()
        ));
        let at = match choice {
            RateChoice::Exact | RateChoice::Minimum => 0,
            RateChoice::Median => several.len() / 2,
            RateChoice::Maximum => several.len() - 1,
        };
        Some(several[at])
    }
}

/// Goods by what a rate is looked for with.
fn told_goods(item: &Item) -> String {
    let known = |code: &str, otherwise: &str| match code {
        "" => otherwise.to_owned(),
        code => code.to_owned(),
    };
    let code = known(&item.declared.hs_code, "goods without an HS code");
    format!(
        "{code} made in {}",
        known(&item.declared.origin, "an unknown country")
    )
}
