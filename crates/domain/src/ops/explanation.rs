//! A report explained, as answers show it: the ledger, every check with its verdict and next step, the plan. Made from an
//! account, or from the nine values of a report alone. Must not know how facts are counted.

use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use super::mirror_view::Mirror;
use super::practice_info::AccountSecurityPracticeUserInfo;
use crate::ids::AccountId;
use crate::report::checks::{self, Assessment, Inputs, Kind, Verdict};
use crate::report::ledger::{Ledger, Line};
use crate::report::plan;
use crate::report::score::Model;
use crate::report::thresholds;
use crate::time::Timestamp;

shape! {
    /// A report explained.
    pub struct Explanation {
        /// The account; absent where only a report was explained.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// When the facts were counted, which holds until a change or midnight UTC; absent where only a report was explained.
        ReportTime as report_time: Option<Timestamp> = "2025-06-15T12:00:00Z";
        /// The version of the weights.
        ModelVersion as model_version: String = "2026-11";
        /// The limits that the facts were counted by.
        Thresholds as thresholds: Nested<Thresholds> = "";
        /// The score, 0 to 100.
        Score as score: i64 = "63";
        /// The score if what exceptions in force cover were repaired; absent where there are none.
        ScoreWithExceptions as score_with_exceptions: Option<i64> = "72";
        /// Exceptions in force that name more users than are looked at, and so cover nobody: their names, with spaces.
        ExceptionsTooWide as exceptions_too_wide: Option<String> = "legacy-robots";
        /// What the checks gave together; the score is this without its decimals.
        Points as points: String = "63.64";
        /// What they could have given.
        PointsPossible as points_possible: String = "100.00";
        /// How the points became the score.
        Rounding as rounding: String = "63.64 points, cut to 63";
        /// The nine values behind the score.
        AccountSecurityPracticeUserInfo as account_security_practice_user_info: Nested<AccountSecurityPracticeUserInfo> = "";
        /// The checks.
        Checks as checks: Nested<Checks> = "";
        /// How far the values are known, of a mirrored account; absent of any other.
        Mirror as mirror: Option<Nested<Mirror>> = "";
        /// The cheapest way to the target score, where one was asked for.
        Plan as plan: Option<Nested<Plan>> = "";
    }
}

shape! {
    /// The limits that facts are counted by.
    pub struct Thresholds {
        /// An AccessKey is old when it is older than this many days.
        OldDays as old_days: i64 = "90";
        /// An AccessKey is unused when it was not used for this many days or more.
        UnusedDays as unused_days: i64 = "90";
        /// Whose keys OldAkNum and UnusedAkNum count: account_total or root_only.
        AkScope as ak_scope: String = "account_total";
    }
}

shape! {
    /// The checks, those that carry points first.
    pub struct Checks {
        /// The checks.
        Check as check: Vec<Check> = "";
    }
}

shape! {
    /// A check.
    pub struct Check {
        /// Its id.
        Check as check: String = "root_mfa";
        /// What it is for: `Scored`, `Audit` or `CIS`.
        Kind as kind: String = "Scored";
        /// The benchmark, of a control.
        Benchmark as benchmark: Option<String> = "CIS Alibaba Cloud Foundation Benchmark v2.0.0";
        /// The number of the control there.
        Control as control: Option<String> = "1.3";
        /// What it asks for, in a few words.
        Title as title: String = "Root has an MFA device";
        /// The field of the report that it reads first.
        Field as field: Option<String> = "BindMfa";
        /// The value it looked at first; empty where none is known.
        Value as value: String = "false";
        /// `Pass`, `Fail`, `NotApplicable` or `NotAnswerable`.
        Verdict as verdict: String = "Fail";
        /// The points it gave, if it carries points.
        Points as points: Option<String> = "0.00";
        /// The points it could have given.
        PointsPossible as points_possible: Option<String> = "9.09";
        /// What it asks for, with the limits in force.
        Rule as rule: String = "an MFA device is bound to the root identity";
        /// What to do where it fails, why there is no answer where there is none.
        Advice as advice: Option<String> = "Make a device with CreateVirtualMFADevice and bind it to root.";
        /// How many subjects break the rule, where that is known.
        Findings as findings: Option<i64> = "1";
        /// How many of them an exception in force covers; absent where none is about the check.
        ExceptedFindings as excepted_findings: Option<i64> = "1";
        /// The verdict without them.
        VerdictWithExceptions as verdict_with_exceptions: Option<String> = "Pass";
        /// The facts that the verdict stood on.
        Facts as facts: Nested<Facts> = "";
        /// The next step, where it fails.
        NextStep as next_step: Option<Nested<NextStep>> = "";
    }
}

shape! {
    /// Facts.
    pub struct Facts {
        /// The facts.
        Fact as fact: Vec<Fact> = "";
    }
}

shape! {
    /// A fact.
    pub struct Fact {
        /// Its name.
        Name as name: String = "BindMfa";
        /// Its value.
        Value as value: String = "false";
    }
}

shape! {
    /// The same step in up to three languages. Words in capitals stand for what only the reader knows.
    pub struct NextStep {
        /// A line for this program.
        RamwardCall as ramward_call: Option<String> = "ramward call DeleteAccessKey UserAccessKeyId=KEY_ID";
        /// A line for the vendor's command line.
        VendorCli as vendor_cli: Option<String> = "aliyun ims DeleteAccessKey --UserAccessKeyId KEY_ID";
        /// A snippet for Terraform's provider `aliyun/alicloud`.
        Terraform as terraform: Option<String> = "resource \"alicloud_ram_user\" \"this\" { name = \"USER\" }";
    }
}

shape! {
    /// The cheapest way to a score: the fewest single repairs, among those the fewest kinds.
    pub struct Plan {
        /// The score to be reached.
        TargetScore as target_score: i64 = "72";
        /// The score after all steps.
        ScoreAfter as score_after: i64 = "72";
        /// The steps.
        Steps as steps: Nested<Steps> = "";
    }
}

shape! {
    /// The steps, those that gain most for a repair first.
    pub struct Steps {
        /// The steps.
        Step as step: Vec<Step> = "";
    }
}

shape! {
    /// Repairs of one kind.
    pub struct Step {
        /// The check it is for; it may help others too.
        Check as check: String = "root_mfa";
        /// What a single repair is.
        Action as action: String = "bind an MFA device to root";
        /// How many single repairs.
        Repairs as repairs: i64 = "1";
        /// Whether fewer may do: the numbers at hand do not tell how many keys stand behind them.
        AtMost as at_most: bool = "false";
        /// What the score gains by it, after the steps before it.
        Points as points: String = "9.09";
        /// A line for this program that does one of the repairs.
        RamwardCall as ramward_call: Option<String> = "ramward call DeleteAccessKey UserAccessKeyId=KEY_ID";
    }
}

impl Explanation {
    /// Explains what `inputs` say. `of` is the account and the instant, where they are known.
    pub fn new(
        inputs: &Inputs<'_>,
        model: &Model,
        of: Option<(AccountId, Timestamp)>,
        target: Option<u8>,
    ) -> Self {
        let ledger = Ledger::of(model, inputs.facts);
        let lines = |id: &str| ledger.lines.iter().find(|line| line.check.id == id);
        let checks = checks::assess(inputs)
            .into_iter()
            .map(|(check, assessment)| Check::new(inputs, check, assessment, lines(check.id)))
            .collect();
        Self {
            account_id: of.map(|(account, _)| account),
            report_time: of.map(|(_, at)| at),
            model_version: model.version().to_owned(),
            thresholds: Nested(Thresholds::from(inputs.thresholds)),
            score: i64::from(ledger.score),
            score_with_exceptions: None,
            exceptions_too_wide: None,
            points: ledger.points.to_string(),
            points_possible: ledger.possible().to_string(),
            rounding: ledger.rounding(),
            account_security_practice_user_info: Nested(AccountSecurityPracticeUserInfo::from(inputs.facts)),
            checks: Nested(Checks { check: checks }),
            mirror: None,
            plan: target.map(|target| Nested(Plan::from(plan::plan(model, inputs, target)))),
        }
    }
}

impl From<thresholds::Thresholds> for Thresholds {
    fn from(limits: thresholds::Thresholds) -> Self {
        Self {
            old_days: i64::from(limits.old_days()),
            unused_days: i64::from(limits.unused_days()),
            ak_scope: limits.ak_scope().as_str().to_owned(),
        }
    }
}

impl Check {
    fn new(
        inputs: &Inputs<'_>,
        check: &'static checks::Check,
        assessment: Assessment,
        line: Option<&Line>,
    ) -> Self {
        let (benchmark, control) = match check.kind {
            Kind::Cis { benchmark, control } => {
                (Some(benchmark.as_str().to_owned()), Some(control.to_owned()))
            }
            Kind::Scored(_) | Kind::Audit => (None, None),
        };
        let next_step = (assessment.verdict == Verdict::Fail).then(|| check.next_step(inputs));
        let facts = assessment
            .facts
            .iter()
            .map(|(name, value)| Fact { name: (*name).to_owned(), value: value.clone() });
        Self {
            check: check.id.to_owned(),
            kind: check.kind.as_str().to_owned(),
            benchmark,
            control,
            title: check.title.to_owned(),
            field: check.field.map(str::to_owned),
            verdict: assessment.verdict.as_str().to_owned(),
            points: line.map(|line| line.gave.to_string()),
            points_possible: line.map(|line| line.can.to_string()),
            rule: check.rule(inputs.thresholds),
            advice: check.advice(&assessment).map(str::to_owned),
            findings: assessment.findings,
            excepted_findings: None,
            verdict_with_exceptions: None,
            facts: Nested(Facts { fact: facts.collect() }),
            next_step: next_step.map(|step| Nested(NextStep::from(step))),
            value: assessment.value,
        }
    }
}

impl From<checks::NextStep> for NextStep {
    fn from(step: checks::NextStep) -> Self {
        Self { ramward_call: step.ramward_call, vendor_cli: step.vendor_cli, terraform: step.terraform }
    }
}

impl From<plan::Plan> for Plan {
    fn from(plan: plan::Plan) -> Self {
        let steps = plan.steps.into_iter().map(|step| Step {
            check: step.check.id.to_owned(),
            action: step.action.to_owned(),
            repairs: step.repairs,
            at_most: step.at_most,
            points: step.points.to_string(),
            ramward_call: step.ramward_call,
        });
        Self {
            target_score: i64::from(plan.target),
            score_after: i64::from(plan.score_after),
            steps: Nested(Steps { step: steps.collect() }),
        }
    }
}
