//! Which operations exist, by product: the names of the vendor's three catalogues, whether or not this server does them,
//! and Ramward's own. Knows names only.
//!
//! The text files beside this one are the operation names of the vendor's published SDK packages `alibabacloud-ims20190815`
//! 3.5.0, `alibabacloud-ram20150501` and `alibabacloud-sts20150401`, read out of them mechanically in 2026, one a line.

use ramward_domain::ops::OPERATIONS;
use ramward_rpc::api::Product;

const IMS: &str = include_str!("catalogue/ims-2019-08-15.txt");
const RAM: &str = include_str!("catalogue/ram-2015-05-01.txt");
const STS: &str = include_str!("catalogue/sts-2015-04-01.txt");

/// The operations of a product, in alphabetical order.
pub fn operations(product: Product) -> Vec<&'static str> {
    match product {
        Product::Ims => IMS.lines().collect(),
        Product::Ram => RAM.lines().collect(),
        Product::Sts => STS.lines().collect(),
        Product::Ramward => {
            let own = OPERATIONS.iter().map(|operation| operation.api()).filter(|api| api.product == product);
            let mut names: Vec<_> = own.map(|api| api.action).collect();
            names.sort_unstable();
            names
        }
    }
}

/// Whose operation it is. A name that several products have belongs to the first of IMS, RAM, STS, Ramward.
pub fn product_of(operation: &str) -> Option<Product> {
    Product::ALL.into_iter().find(|product| operations(*product).contains(&operation))
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
        let count = |product| operations(product).len();
        assert_eq!((count(Product::Ims), count(Product::Ram), count(Product::Sts)), (107, 69, 4));
        for product in Product::ALL {
            let names = operations(product);
            assert!(!names.is_empty(), "{}", product.name());
            assert!(names.is_sorted_by(|one, next| one < next), "{}", product.name());
            assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        }
    }

    #[test]
    fn every_operation_of_this_server_is_listed() {
        for api in OPERATIONS.iter().map(|operation| operation.api()) {
            assert!(operations(api.product).contains(&api.action), "{} {}", api.product.name(), api.action);
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
