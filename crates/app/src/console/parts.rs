//! Parts that pages have in common, each with a template of its own: a page that has one calls it, where a macro of the
//! templates would be written out once more. What stands around the content is made of such parts too. Knows no page.

use askama::Template;

use super::calls::Refusal;
use super::frame::Frame;
use super::shown_call::ShownCall;
use super::users::one::{Attached, Key};

/// What stands in the head of every page.
#[derive(Template)]
#[template(path = "console/layout/head.html")]
pub struct Head<'a> {
    frame: &'a Frame,
}

/// What stands above the content of every page.
#[derive(Template)]
#[template(path = "console/layout/above.html")]
pub struct Above<'a> {
    frame: &'a Frame,
}

/// What stands below it.
#[derive(Template)]
#[template(path = "console/layout/below.html")]
pub struct Below<'a> {
    frame: &'a Frame,
}

/// What an operation refused, above the form that asked for it.
#[derive(Template)]
#[template(path = "console/parts/refusal.html")]
pub struct Refused<'a> {
    frame: &'a Frame,
    refusal: &'a Refusal,
}

/// A part of a page that the caller may not see.
#[derive(Template)]
#[template(path = "console/parts/unseen.html")]
pub struct Unseen<'a> {
    frame: &'a Frame,
    refusal: &'a Refusal,
}

/// The call that a form makes.
#[derive(Template)]
#[template(path = "console/parts/shown_call.html")]
pub struct Call<'a> {
    frame: &'a Frame,
    call: &'a ShownCall,
}

/// An instant as answers write it; empty for never.
#[derive(Template)]
#[template(path = "console/parts/when.html")]
pub struct When<'a> {
    frame: &'a Frame,
    instant: &'a str,
}

/// AccessKeys, each with the ways to change it.
#[derive(Template)]
#[template(path = "console/parts/keys.html")]
pub struct Keys<'a> {
    frame: &'a Frame,
    keys: &'a [Key],
    home: &'a str,
}

/// All that a page says of the policies of whom it is about.
#[derive(Template)]
#[template(path = "console/parts/policies.html")]
pub struct Policies<'a> {
    frame: &'a Frame,
    title: &'a str,
    policies: &'a Result<Vec<Attached>, Refusal>,
    home: &'a str,
}

impl Frame {
    /// What stands in the head.
    pub const fn head(&self) -> Head<'_> {
        Head { frame: self }
    }

    /// What stands above the content.
    pub const fn above(&self) -> Above<'_> {
        Above { frame: self }
    }

    /// What stands below it.
    pub const fn below(&self) -> Below<'_> {
        Below { frame: self }
    }

    /// What an operation refused.
    pub const fn refusal<'a>(&'a self, refusal: &'a Refusal) -> Refused<'a> {
        Refused { frame: self, refusal }
    }

    /// What may not be seen, and why.
    pub const fn unseen<'a>(&'a self, refusal: &'a Refusal) -> Unseen<'a> {
        Unseen { frame: self, refusal }
    }

    /// The call that a form makes.
    pub const fn shown_call<'a>(&'a self, call: &'a ShownCall) -> Call<'a> {
        Call { frame: self, call }
    }

    /// An instant.
    pub const fn when<'a>(&'a self, instant: &'a str) -> When<'a> {
        When { frame: self, instant }
    }

    /// AccessKeys; `home` is the page of their owner.
    pub const fn keys<'a>(&'a self, keys: &'a [Key], home: &'a str) -> Keys<'a> {
        Keys { frame: self, keys, home }
    }

    /// The policies of whoever has the page `home`.
    pub const fn policies<'a>(
        &'a self,
        title: &'a str,
        policies: &'a Result<Vec<Attached>, Refusal>,
        home: &'a str,
    ) -> Policies<'a> {
        Policies { frame: self, title, policies, home }
    }
}
