//! Service-linked roles: which services have one, what it is called and whom it trusts. Names, policies and descriptions as
//! the vendor's pages on these services tell them; services whose names are published in full are here, the vendor has
//! more. Data, and the texts that follow from it. Must not know who makes such a role.

use super::role::{RoleDescription, RoleName, ServiceName, TrustPolicy};
use super::text::{characters, length, text};
use ramward_rpc::error::Rule;

text! {
    /// What is put behind the name of a role of a service that may have several.
    CustomSuffix, "1 to 64 letters, digits, '.' and '-'", custom_suffix
}

fn custom_suffix(text: &str) -> Result<(), Rule> {
    length(text, 1, 64)?;
    characters(text, |character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-'))
}

/// What a service's role looks like when it is made. Each of these services has one role in an account, named in full
/// here: which services may have several is not published.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    service: &'static str,
    /// What stands behind the common beginnings of the names of the role and of its policy.
    of: &'static str,
    /// The service in words.
    product: &'static str,
}

const fn row(service: &'static str, of: &'static str, product: &'static str) -> Template {
    Template { service, of, product }
}

/// All of them, by service.
pub const TEMPLATES: &[Template] = &[
    row("actiontrail.aliyuncs.com", "ActionTrail", "ActionTrail"),
    row("adbpg.aliyuncs.com", "ADBPG", "AnalyticDB PostgreSQL"),
    row("alb.aliyuncs.com", "Alb", "Alb"),
    row("alidns.aliyuncs.com", "DNS", "Alibaba Cloud DNS"),
    row("apigateway.aliyuncs.com", "ApiGateway", "APIGateway"),
    row("arms.aliyuncs.com", "ARMS", "ARMS"),
    row("bastionhost.aliyuncs.com", "Bastionhost", "Bastionhost"),
    row("cen.aliyuncs.com", "CEN", "Cloud Enterprise Network"),
    row("clickhouse.aliyuncs.com", "ClickHouse", "ClickHouse"),
    row("dbaudit.aliyuncs.com", "Dbaudit", "Dbaudit"),
    row("ess.aliyuncs.com", "AutoScaling", "AutoScaling"),
    row("logdelivery.slb.aliyuncs.com", "SlbLogDelivery", "SLB-LogDelivery"),
    row("mongodb.aliyuncs.com", "MongoDB", "ApsaraDB For MongoDB"),
    row("mse.aliyuncs.com", "MSE", "Microservice Engine"),
    row("nat.aliyuncs.com", "Natgw", "NAT Gateway"),
    row("nlb.aliyuncs.com", "Nlb", "Network Load Balancer"),
    row("polardb.aliyuncs.com", "PolarDB", "PolarDB"),
    row("privatelink.aliyuncs.com", "Privatelink", "Endpoint Service"),
    row("remediation.config.aliyuncs.com", "ConfigRemediation", "Config Remediation"),
];

impl Template {
    /// The template of a service.
    pub fn find(service: &ServiceName) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.service == service.as_str())
    }

    /// The template of the role of that name.
    pub fn find_by_role(role: &RoleName) -> Option<&'static Self> {
        let of = role.as_str().strip_prefix("AliyunServiceRoleFor")?;
        TEMPLATES.iter().find(|template| template.of == of)
    }

    /// The service.
    pub fn service_name(&self) -> ServiceName {
        ServiceName::parse(self.service).expect("a test reads every template")
    }

    /// The role's name.
    pub fn role_name(&self) -> RoleName {
        RoleName::parse(&format!("AliyunServiceRoleFor{}", self.of)).expect("a test reads every template")
    }

    /// The name of the policy that says what the service may do in that role.
    pub fn system_policy_name(&self) -> String {
        format!("AliyunServiceRolePolicyFor{}", self.of)
    }

    /// What the role is for, in the vendor's form.
    pub fn description(&self) -> RoleDescription {
        let product = self.product;
        let text = format!(
            "Service Linked Role for {product}. {product} will use this role to access your resources in other services."
        );
        RoleDescription::parse(&text).expect("a test reads every template")
    }

    /// Who may assume the role: the service alone.
    pub fn trust_policy(&self) -> TrustPolicy {
        let service = self.service;
        let text = format!(
            r#"{{"Statement":[{{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{{"Service":["{service}"]}}}}],"Version":"1"}}"#
        );
        TrustPolicy::parse(&text).expect("a test reads every template")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_made_and_is_found_by_service_and_by_role() {
        for template in TEMPLATES {
            let (service, role) = (template.service_name(), template.role_name());
            assert_eq!(Template::find(&service).unwrap().of, template.of, "{service}: two templates");
            assert_eq!(Template::find_by_role(&role).unwrap().of, template.of, "{role}: two templates");
            assert!(template.description().as_str().contains(template.product));
            assert!(template.trust_policy().as_str().contains(template.service));
        }
        let services: Vec<_> = TEMPLATES.iter().map(|template| template.service).collect();
        assert!(services.is_sorted(), "{services:?}");
    }

    #[test]
    fn as_the_vendors_sample_shows_it() {
        let polardb = Template::find(&ServiceName::parse("polardb.aliyuncs.com").unwrap()).unwrap();
        assert_eq!(polardb.role_name().as_str(), "AliyunServiceRoleForPolarDB");
        assert_eq!(polardb.system_policy_name(), "AliyunServiceRolePolicyForPolarDB");
        assert!(Template::find(&ServiceName::parse("PolarDB.aliyuncs.com").unwrap()).is_none());
        assert!(Template::find_by_role(&RoleName::parse("AliyunServiceRoleForNothing").unwrap()).is_none());
        assert!(Template::find_by_role(&RoleName::parse("PolarDB").unwrap()).is_none());
    }
}
