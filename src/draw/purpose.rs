//! What draws are for: the one list of purposes.

/// Declares the purposes and, from the same lines, the list that the test below reads.
macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)+) => {
        /// What a stream decides. Two mechanisms never share a purpose, so neither can disturb the other's draws.
        ///
        /// The numbers enter every draw: never change or reuse one, give a new purpose the next free number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u64)]
        pub enum Purpose {
            $($(#[$doc])* $name = $number,)+
        }

        impl Purpose {
            /// Every purpose, in order of declaration.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

purposes! {
    /// The value of an uncertain parameter; entity: its dotted path.
    Parameter = 1,
    /// Time to the next change of a permission desk's regime.
    Regime = 2,
    /// Whether a request is granted.
    Answer = 3,
    /// How long an answer takes, or that it never comes.
    Delay = 4,
    /// A base's packing and loading rate.
    PackingRate = 5,
    /// A column's own speed, shared by all its days.
    ColumnSpeed = 6,
    /// One day's progress of a column.
    DaySpeed = 7,
    /// A column's exposure to contacts relative to the mean one.
    Frailty = 8,
    /// Potential contacts of one kind on a stretch of a journey.
    PotentialContacts = 9,
    /// Place, height, severity and outcome of one potential contact.
    ContactPoint = 10,
    /// Length of a halt after a contact.
    Halt = 11,
    /// Kilometres to a breakdown.
    Breakdown = 12,
    /// Whether air cover is over a column.
    Cover = 13,
    /// Time to care of the wounded.
    Evacuation = 14,
    /// A repatriation flight: whether it flies, whom it takes.
    RepatriationFlight = 15,
    /// Who takes a vacated camp, and when.
    Takeover = 16,
    /// How much of a camp is looted, and when.
    Looting = 17,
    /// Whether a handover succeeds.
    Handover = 18,
    /// The window in which a base closes.
    ClosureWindow = 19,
    /// Rate of destroying and decommissioning.
    Disposal = 20,
    /// Illness, accidents and other losses without an enemy.
    NonBattle = 21,
    /// Time a truck or aircraft needs before it goes again.
    Turnaround = 22,
    /// Liquidation work after the deadline.
    Liquidation = 23,
    /// Loading a column.
    Loading = 24,
    /// An experiment's design points.
    Design = 25,
    /// What grows again after a cut: armed groups, devices on a cleared road.
    Regrowth = 26,
    /// Changes of a zone's tension.
    Tension = 27,
    /// Fire at bases.
    BaseFire = 28,
    /// The host army's advance.
    HostArmy = 29,
    /// Failure of an aircraft.
    AircraftFailure = 30,
    /// Repair of an aircraft.
    AircraftRepair = 31,
    /// Hits on an aircraft's movements under fire.
    AircraftHit = 32,
    /// Fuel and parts pipelines.
    Import = 33,
    /// Whether a breakdown is recovered or abandoned.
    Recovery = 34,
    /// A second device on the day of a first.
    SecondDevice = 35,
    /// Resampling of outcomes.
    Bootstrap = 36,
    /// Whether a neighbour agrees to transit.
    Transit = 37,
    /// Whether a column may have an armed escort.
    Escort = 38,
    /// Which armed group a contact or fire is ascribed to.
    Group = 39,
    /// For tests and benches only.
    Test = 65_535,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_purposes_share_a_number() {
        let numbers: BTreeSet<u64> = Purpose::ALL.iter().map(|p| *p as u64).collect();
        assert_eq!(numbers.len(), Purpose::ALL.len());
        // A purpose of 0 would be a key that someone forgot to fill in.
        assert!(!numbers.contains(&0));
    }
}
