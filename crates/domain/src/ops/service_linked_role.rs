//! Roles that belong to a service of the vendor, as operations see them. Knows no wire shape.

use ramward_rpc::error::{ApiError, ApiResult, Code};

use crate::identity::role::{RoleName, SHORTEST_MAX_SESSION, ServiceName};
use crate::identity::service_linked_role::Template;
use crate::ids::{RequestId, RoleId};
use crate::ops::{Cx, Target};
use crate::store::tables::roles::{self, Role};

/// What a request for the role of a service is about: which role it will be is the service's matter, so policies name the
/// services.
pub fn target_of_service(service: &ServiceName) -> Target {
    Target::ServiceLinkedRole { name: "*".to_owned(), service: Some(service.clone()) }
}

/// What a request about the role of that name is about.
pub fn target(name: &RoleName) -> Target {
    let service = Template::find_by_role(name).map(Template::service_name);
    Target::ServiceLinkedRole { name: name.to_string(), service }
}

/// What the role of a service looks like.
///
/// # Errors
/// `EntityNotExist.Service`: it has none, or is not known here.
pub fn template(service: &ServiceName) -> ApiResult<&'static Template> {
    Template::find(service).ok_or_else(|| {
        ApiError::with_message(
            Code::EntityNotExist("Service"),
            format!("The service does not exist. {service} is none of those whose role is known here."),
        )
    })
}

/// Makes the role of a service. The quota of roles counts it and does not hold it up (the vendor's page on service-linked
/// roles, 2026).
///
/// # Errors
/// `EntityAlreadyExists.Role`.
pub fn create(cx: &mut Cx<'_, '_>, template: &Template) -> ApiResult<Role> {
    let account = cx.caller.account();
    let role_name = template.role_name();
    if roles::find_by_name(cx.tx, account, &role_name)?.is_some() {
        return Err(ApiError::new(Code::EntityAlreadyExists("Role")));
    }
    let role = Role {
        account,
        role_id: RoleId::generate(cx.entropy),
        role_name,
        description: template.description(),
        trust_policy: template.trust_policy(),
        max_session_duration: SHORTEST_MAX_SESSION,
        allow_console_login: false,
        create_date: cx.now,
        update_date: cx.now,
        service_name: Some(template.service_name()),
    };
    roles::insert(cx.tx, &role)?;
    Ok(role)
}

/// Deletes the role of a service; the id of the task that did. The vendor asks the service first whether it still needs
/// the role; here no service runs that could, so the task is done when its id is told.
///
/// # Errors
/// `EntityNotExist.Role`; `EntityNotExist.ServiceLinkedRole` where the role is no service's.
pub fn delete(cx: &mut Cx<'_, '_>, name: &RoleName) -> ApiResult<String> {
    let role = crate::ops::role::find(cx.tx, cx.caller.account(), name)?;
    let Some(service) = &role.service_name else {
        return Err(ApiError::with_message(
            Code::EntityNotExist("ServiceLinkedRole"),
            format!("The role {name} exists and belongs to no service; delete it with DeleteRole."),
        ));
    };
    roles::delete(cx.tx, role.account, role.role_id)?;
    let task = RequestId::generate(cx.entropy).to_string().to_lowercase();
    Ok(format!("task/acs-service-role/{service}/{name}/{task}"))
}
