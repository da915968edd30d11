//! Which operations exist, by product: the names of the vendor's three catalogues and of Ramward's own version. Knows
//! names only; what this server does of them stands in the domain's list.
//!
//! The text files beside this one are the operation names of the vendor's published SDK packages `alibabacloud-ims20190815`
//! 3.5.0, `alibabacloud-ram20150501` and `alibabacloud-sts20150401`, read out of them mechanically in 2026, one a line.

use ramward_rpc::api::Product;

const IMS: &str = include_str!("catalogue/ims-2019-08-15.txt");
const RAM: &str = include_str!("catalogue/ram-2015-05-01.txt");
const STS: &str = include_str!("catalogue/sts-2015-04-01.txt");
const RAMWARD: &str =
    "BindAccountMFADevice\nCreateAccount\nDeleteAccount\nListAccounts\nSetClock\nUnbindAccountMFADevice\n";

/// The operations of a product, in alphabetical order.
pub fn operations(product: Product) -> impl Iterator<Item = &'static str> {
    match product {
        Product::Ims => IMS,
        Product::Ram => RAM,
        Product::Sts => STS,
        Product::Ramward => RAMWARD,
    }
    .lines()
}

/// Whose operation it is. A name that several products have belongs to the first of IMS, RAM, STS, Ramward.
pub fn product_of(operation: &str) -> Option<Product> {
    Product::ALL.into_iter().find(|product| operations(*product).any(|name| name == operation))
}

/// The known operation whose name is most like `text`, if any is.
pub fn nearest(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    Product::ALL
        .into_iter()
        .flat_map(operations)
        .map(|name| (strsim::jaro_winkler(&text, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_and_complete() {
        let count = |product| operations(product).count();
        assert_eq!((count(Product::Ims), count(Product::Ram), count(Product::Sts)), (107, 69, 4));
        for product in Product::ALL {
            let names: Vec<&str> = operations(product).collect();
            assert!(names.is_sorted_by(|one, next| one < next), "{}", product.name());
            assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        }
    }

    #[test]
    fn the_first_product_wins() {
        assert_eq!(product_of("CreateUser"), Some(Product::Ims), "RAM has one too");
        assert_eq!(product_of("AttachPolicyToUser"), Some(Product::Ram));
        assert_eq!(product_of("GetCallerIdentity"), Some(Product::Sts));
        assert_eq!(product_of("SetClock"), Some(Product::Ramward));
        assert_eq!(product_of("createUser"), None, "names are case-sensitive");
    }

    #[test]
    fn a_slip_finds_its_operation() {
        assert_eq!(nearest("getaccountsecuritypracticereport"), Some("GetAccountSecurityPracticeReport"));
        assert_eq!(nearest("CreateUsr"), Some("CreateUser"));
        assert_eq!(nearest("zzz"), None);
    }
}
