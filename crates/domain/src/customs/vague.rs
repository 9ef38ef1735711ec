//! Words that do not say what a thing is. A description of nothing but them is turned away.
//!
//! Written for this desk in English and French, after the kinds of terms that the European Commission lists for the
//! Import Control System 2 ("stop words", as of 4 May 2026), United States Customs and Border Protection shows as
//! unacceptable, and GOV.UK names. A word that stands beside one that says something does no harm: "mug, gift" passes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::search::words;

/// Names of everything and nothing, in English; one form stands for singular and plural.
const ENGLISH: &str = "
accessory adapter aid alcohol animal apparel appliance application arm article artwork auto automobile baggage bag
battery bit board box cable cap card cargo carton case charity chemical clothe clothing collectible commodity component
consignment consolidated consolidation container content cosmetic courier craft decoration device disk doc document
documentation dox drug drum ecommerce electronic electrical electric equipment exhibit exhibition express fashion
firearm fish flammable food foodstuff footwear freight fruit fuel furniture garment gear gift good groceries grocery
groupage hardware hazardous health healthcare household import instrument item jewellery jewelry kit leather liquid
luggage machine machinery mail material medical medication medicine merchandise metal misc miscellaneous model na nil none
object oil order other package packaging packet pallet paper parcel part pharmaceutical photo piece plant plastic
polybag powder present product provision prototype purchase raw ref reference replacement rubber sample scrap
secret seed shipment spare specimen stc stuff sundry supply surprise tbd tba test textile thing tool toy trade unknown
unspecified utensil vehicle wear wearing weapon wire
";

/// The same in French.
const FRENCH: &str = "
accessoire aliment alimentation animaux appareil arme article autre bagage bien bijou cadeau cadeaux carton chaussure
chimique chose colis commande composant consommable contenu cosmetique courrier decoration denree divers document
echantillon effet electrique electronique emballage envoi equipement fourniture fruit habit habillement inconnu
ingredient instrument jouet linge lot machine marchandise materiaux materiel maroquinerie medicament meuble mobilier
modele mode nourriture objet outil outillage paquet pharmaceutique piece plante plastique poudre produit quincaillerie
rechange souvenir surprise test textile tissu truc vetement vehicule vrac
";

/// What may stand beside those words without saying more: who it is for, how many, how new.
const BESIDE: &str = "
a s an and or the of for with from in to by on as per my your our their his her all any some more new old used second hand
kind sort type various assorted mixed different general small large big medium size set pair pcs pc qty unit no not
personal private own man men woman women kid child children baby girl boy birthday christmas wedding holiday home
office daily free commercial dangerous see attached invoice value only sport cleaning agricultural beauty care handmade
un une des de du d l la le les et ou pour avec sans en au aux a par sur mon ma mes votre vos notre nos neuf neuve
nouveau usage occasion petit grand taille sorte genre type general generale varie variee homme femme enfant bebe
fille garcon anniversaire noel mariage maison bureau personnel personnelle prive gratuit commercial commerciale voir
facture jointe valeur main fait soin beaute menager menagere nettoyage
";

/// One form for singular and plural, near enough for both languages.
fn singular(word: &str) -> String {
    if word.len() <= 3 || word.ends_with("ss") {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let stem = word.strip_suffix("xes").map(|stem| format!("{stem}x"));
    stem.unwrap_or_else(|| word.strip_suffix('s').unwrap_or(word).to_owned())
}

static EMPTY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let lists = [ENGLISH, FRENCH, BESIDE];
    let words = lists.iter().flat_map(|list| list.split_whitespace());
    words.map(singular).collect()
});

/// Whether a description has no word that says what the thing is.
pub(super) fn is_vague(description: &str) -> bool {
    let words = words(description);
    let says_nothing = |word: &String| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        is_number || EMPTY.contains(&singular(word))
    };
    !words.is_empty() && words.iter().all(says_nothing)
}
