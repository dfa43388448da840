//! What owners do with what is left after the deadline.

use crate::model::Inputs;
use crate::model::check::{ProblemKind, Problems};
use crate::model::field::{Kind, number, share};

crate::table! {
    /// Sale, gifts and handing over during liquidation. Sensitive and armoured classes are never among them.
    pub struct Liquidation {
        /// Days after the deadline at which owners have decided what they sell and give away.
        decides_after_days: f64 = number("days", 0.0, 1500.0),
        /// Of what contingents still have then where the mission is, the share they sell.
        contingent_sold: f64 = share(),
        /// The share they give away.
        contingent_gifted: f64 = share(),
        /// Of what the UN still has then, the share it sells.
        un_sold: f64 = share(),
        /// The share it gives away.
        un_gifted: f64 = share(),
        /// Whether what is left when liquidation ends is handed over where somebody is there to receive it.
        hands_over_rest: bool = Kind::Flag,
    }
}

/// Notes shares that pass 1.
pub(super) fn check(inputs: &Inputs, problems: &mut Problems) {
    let plan = &inputs.liquidation;
    let owners = [("contingent", plan.contingent_sold, plan.contingent_gifted), ("un", plan.un_sold, plan.un_gifted)];
    for (owner, sold, gifted) in owners {
        if sold + gifted > 1.0 {
            let message = format!("the shares that `liquidation` sells ({sold}) and gives away ({gifted}) pass 1");
            let path = format!("liquidation.{owner}_gifted");
            problems.add(ProblemKind::Sum, path, message, "let the two sum to 1 at most");
        }
    }
}
