//! Where goods are sent.

use std::collections::BTreeMap;
use std::str::FromStr;

use contracts::api::orders::Address;
use kernel::Region;

/// ISO 3166-1 alpha-2.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ \
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY \
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV \
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY \
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM \
    ZW";

const MAX_LINES: usize = 3;

/// An address that a parcel could bear; its texts are trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination(Address);

/// What is wrong with a field.
pub type InvalidField = (&'static str, &'static str);

impl Destination {
    /// All that is wrong at once, so that a form can show it.
    pub fn parse(address: Address) -> Result<Self, Vec<InvalidField>> {
        let Address { name, lines, postal_code, city, country, phone } = address;
        let trimmed = |text: String| text.trim().to_owned();
        let address = Address {
            name: trimmed(name),
            lines: lines.into_iter().map(trimmed).collect(),
            postal_code: trimmed(postal_code),
            city: trimmed(city),
            country,
            phone: phone.map(trimmed),
        };
        let lines_fit =
            (1..=MAX_LINES).contains(&address.lines.len()) && address.lines.iter().all(|line| text(line));
        let checks = [
            (text(&address.name), "name", "is 1 to 100 characters"),
            (lines_fit, "lines", "are one to three of 1 to 100 characters"),
            (
                postal_code_fits(&address.postal_code),
                "postal_code",
                "is at most 16 letters, digits, spaces and '-'",
            ),
            (text(&address.city), "city", "is 1 to 100 characters"),
            (known(&address.country), "country", "is no code of ISO 3166-1 alpha-2"),
            (
                address.phone.as_deref().is_none_or(phone_fits),
                "phone",
                "is 3 to 32 digits, spaces and any of '+()-./'",
            ),
        ];
        let wrong: Vec<InvalidField> = checks
            .into_iter()
            .filter(|(right, ..)| !right)
            .map(|(_, field, message)| (field, message))
            .collect();
        if wrong.is_empty() { Ok(Self(address)) } else { Err(wrong) }
    }

    pub fn address(&self) -> &Address {
        &self.0
    }
}

fn text(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 100 && !text.contains(char::is_control)
}

fn postal_code_fits(code: &str) -> bool {
    code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ' || byte == b'-')
}

fn phone_fits(phone: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_digit() || b" +()-./".contains(&byte);
    (3..=32).contains(&phone.len()) && phone.bytes().all(fits)
}

fn known(country: &str) -> bool {
    COUNTRIES.split(' ').any(|code| code == country)
}

/// From where each country is best served: `ES=eu-south,DE=eu-central`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(BTreeMap<String, Region>);

impl Regions {
    pub fn of(&self, destination: Option<&Destination>) -> Option<Region> {
        self.0.get(&destination?.0.country).cloned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a country and a region, as in `ES=eu-south`")]
pub struct RegionsError(String);

impl FromStr for Regions {
    type Err = RegionsError;

    fn from_str(text: &str) -> Result<Self, RegionsError> {
        let entry = |entry: &str| {
            let (country, region) = entry.split_once('=')?;
            let (country, region) = (country.trim(), Region::parse(region.trim()).ok()?);
            known(country).then(|| (country.to_owned(), region))
        };
        let entries = text.split(',').map(|text| entry(text).ok_or_else(|| RegionsError(text.to_owned())));
        entries.collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Address {
        Address {
            name: " A. Shopper ".to_owned(),
            lines: vec!["Calle Mayor 1".to_owned()],
            postal_code: "28013".to_owned(),
            city: "Madrid".to_owned(),
            country: "ES".to_owned(),
            phone: Some("+34 600 000 000".to_owned()),
        }
    }

    fn wrong(address: Address) -> Vec<&'static str> {
        let wrong = Destination::parse(address).err().unwrap_or_default();
        wrong.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn an_address_is_trimmed_and_kept() {
        let destination = Destination::parse(home()).unwrap();
        assert_eq!(destination.address(), &Address { name: "A. Shopper".to_owned(), ..home() });
        assert_eq!(wrong(Address { postal_code: String::new(), phone: None, ..home() }), [""; 0]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let nowhere = Address {
            name: String::new(),
            lines: vec![],
            postal_code: "1234567890 12345".to_owned() + "6",
            city: "a\0b".to_owned(),
            country: "es".to_owned(),
            phone: Some("call me".to_owned()),
        };
        assert_eq!(wrong(nowhere), ["name", "lines", "postal_code", "city", "country", "phone"]);
        assert_eq!(wrong(Address { lines: vec!["x".to_owned(); 4], ..home() }), ["lines"]);
        assert_eq!(wrong(Address { country: String::new(), ..home() }), ["country"]);
        assert_eq!(wrong(Address { country: "AD AE".to_owned(), ..home() }), ["country"]);
    }

    #[test]
    fn an_address_is_not_printed() {
        assert_eq!(format!("{:?}", Destination::parse(home()).unwrap()), "Destination(Address(..))");
    }

    #[test]
    fn a_country_may_have_a_region() {
        let regions: Regions = "ES=eu-south, DE=eu-central".parse().unwrap();
        let to =
            |country: &str| Destination::parse(Address { country: country.to_owned(), ..home() }).unwrap();
        assert_eq!(regions.of(Some(&to("ES"))).unwrap().as_str(), "eu-south");
        assert_eq!(regions.of(Some(&to("FR"))), None);
        assert_eq!(regions.of(None), None);
        for text in ["", "ES", "XX=eu", "ES=EU", "ES=eu,"] {
            assert!(text.parse::<Regions>().is_err(), "{text}");
        }
    }
}
