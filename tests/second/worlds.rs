//! Random small missions as scenario files: places, roads, equipment, desks, and each mechanism on or off.

use std::fmt::Write as _;

use rearguard::draw::{Purpose, Stream, Streams};

const DESKS: [&str; 12] = [
    "truck_column",
    "ground_movement",
    "air_overwatch",
    "surveillance",
    "medical_evacuation",
    "fuel_import",
    "parts_import",
    "air_lift",
    "air_resupply",
    "neighbour_transit",
    "armed_escort",
    "handover_meeting",
];
const LEVELS: [&str; 4] = ["calm", "tense", "clashes", "critical"];

/// A world in the making.
struct World {
    stream: Stream,
    /// For what came later: it leaves the rest of each world as it was.
    more: Stream,
    text: String,
    bases: usize,
    zones: usize,
    /// Bases that trucks serve.
    served: Vec<usize>,
}

/// The text of the scenario of a number, the same whenever it is asked for.
pub fn text(number: u64) -> String {
    let mut world = World {
        stream: Streams::new(8, number).stream(Purpose::Test, 1, 0),
        more: Streams::new(8, number).stream(Purpose::Test, 2, 0),
        text: format!("format = 1\ntitle = \"World {number}\"\nbasis = \"assumed\"\nsource = \"Drawn for a test\"\n"),
        bases: 0,
        zones: 0,
        served: Vec::new(),
    };
    world.bases = 1 + world.below(6);
    world.zones = 1 + world.below(3);
    world.served = (0..world.bases).filter(|_| world.stream.chance(0.8)).collect();
    world.regions();
    world.places();
    world.zones();
    world.classes();
    world.fleet();
    world.lists();
    world.rules();
    world.permissions();
    world.text
}

impl World {
    fn below(&mut self, n: usize) -> usize {
        self.stream.below(n as u64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        self.stream.chance(share)
    }

    /// A number with few digits, as a person would write it.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        let value = low + (high - low) * self.stream.uniform();
        (value * 1000.0).round() / 1000.0
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn date(&mut self, days: usize) -> String {
        let day = self.below(days);
        format!("2030-{:02}-{:02}", 1 + day / 28, 1 + day % 28)
    }

    fn put(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn regions(&mut self) {
        for region in 0..2 {
            let (handover, none) = (self.between(0.0, 1.0), self.pick(&["0", "0.25", "0.5"]).to_owned());
            let jihadist = "0.25";
            let separatist = 0.75 - none.parse::<f64>().expect("a number");
            let line = format!(
                "[[region]]\nid = \"r{region}\"\nhandover_probability = {handover}\ntaker_separatist = {separatist}\ntaker_jihadist = {jihadist}\ntaker_none = {none}"
            );
            self.put(&line);
        }
    }

    /// Base 0 is a hub that flies people out; others withdraw to it or to one before them. Every place is on a tree of roads.
    fn places(&mut self) {
        let junctions = self.below(3);
        let (mut parents, mut bases) = (Vec::new(), Vec::new());
        for base in 0..self.bases {
            let hub = base == 0 || self.chance(0.12);
            let parent = (!hub).then(|| if self.chance(0.75) { 0 } else { self.below(base) });
            parents.push(parent);
            let home = hub || self.chance(0.1);
            let airstrip = home || self.chance(0.5);
            let kind = if base == 0 || self.chance(0.1) { "hub" } else { "camp" };
            let (region, zone) = (self.below(2), self.below(self.zones));
            let personnel = [0, 30, 150, 400, 900][self.below(5)];
            let mut line = format!(
                "[[base]]\nid = \"b{base}\"\nkind = \"{kind}\"\nlatitude = 1\nlongitude = {base}\nregion = \"r{region}\"\nzone = \"z{zone}\"\npersonnel = {personnel}\nairstrip = {airstrip}\nrepatriation = {home}\nliquidation = {}\nhost_garrison = {}\ncrews = {}\n",
                hub && self.chance(0.7) || base == 0,
                self.chance(0.5),
                self.below(4),
            );
            let closes = 20 + self.below(130);
            let day = |day: usize| format!("2030-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
            let _ = writeln!(line, "planned_closure = {}", day(closes));
            if self.chance(0.3) {
                let start = closes - self.below(20);
                let _ = writeln!(line, "window_start = {}", day(start));
            }
            if let Some(parent) = parent {
                let _ = writeln!(line, "parent = \"b{parent}\"");
                if airstrip && self.chance(0.4) {
                    let share = self.between(0.0, 1.0);
                    let _ = writeln!(line, "air_share = {share}");
                }
                if self.chance(0.3) {
                    line.push_str("convoys_exit = \"out\"\n");
                }
                if self.served.contains(&base) && self.chance(0.3) {
                    line.push_str("cargo_exit = \"out\"\n");
                }
                if self.chance(0.5) {
                    line.push_str("cargo_to = \"port\"\n");
                }
            } else {
                line.push_str("cargo_to = \"port\"\n");
            }
            bases.push(line);
        }
        for junction in 0..junctions {
            self.put(&format!(
                "[[junction]]\nid = \"j{junction}\"\nlatitude = 2\nlongitude = {junction}\nexit = false"
            ));
        }
        for exit in ["port", "border"] {
            self.put(&format!("[[junction]]\nid = \"{exit}\"\nlatitude = 3\nlongitude = 0\nexit = true"));
        }
        let ids: Vec<String> = (0..self.bases)
            .map(|base| format!("b{base}"))
            .chain((0..junctions).map(|junction| format!("j{junction}")))
            .chain(["port".to_owned(), "border".to_owned()])
            .collect();
        let line = self.chance(0.5);
        for place in 1..ids.len() {
            let near = if line { place - 1 } else { self.below(place) };
            self.road(&ids[near], &ids[place]);
        }
        for base in 0..self.bases {
            // On a chain of roads b0 - b1 - b2 ... who has the same parent as one that comes from farther off may join it.
            let other = (base + 1..self.bases).find(|&other| parents[other] == Some(0));
            if let (true, Some(0), Some(other)) = (line, parents[base], other)
                && self.more.chance(0.6)
            {
                let _ = writeln!(bases[base], "merges_with = \"b{other}\"");
            }
            self.put(&bases[base].clone());
        }
        let from = if self.chance(0.5) { "out_from" } else { "" };
        let mut exit =
            "[[exit]]\nid = \"out\"\nat = \"border\"\nregion = \"r0\"\nsetup_days = 9.5\nagrees = 0.8\n".to_owned();
        if from == "out_from" {
            let date = self.date(100);
            let _ = writeln!(exit, "from = {date}");
        }
        self.put(&exit);
    }

    fn road(&mut self, from: &str, to: &str) {
        let km = self.between(5.0, 300.0);
        let surface = self.pick(&["paved", "piste", "track"]);
        let zone = self.below(self.zones);
        self.put(&format!(
            "[[road]]\nfrom = \"{from}\"\nto = \"{to}\"\nkm = {km}\nsurface = \"{surface}\"\nzone = \"z{zone}\""
        ));
    }

    fn zones(&mut self) {
        for zone in 0..self.zones {
            let (device, direct) = (self.between(0.0, 0.02), self.between(0.0, 0.02));
            let level = self.pick(&LEVELS);
            let mut line = format!(
                "[[zone]]\nid = \"z{zone}\"\ndevice_per_km = {device}\ndirect_per_km = {direct}\ntension = [{{ from = 2030-01-01, level = \"{level}\" }}"
            );
            let mut day = 0;
            for _ in 0..self.below(3) {
                day += 10 + self.below(60);
                let (level, sets) = (self.pick(&LEVELS), self.chance(0.5));
                let _ = write!(
                    line,
                    ", {{ from = 2030-{:02}-{:02}, level = \"{level}\", sets = {sets} }}",
                    1 + day / 28,
                    1 + day % 28
                );
            }
            line.push_str("]\n");
            if self.chance(0.3) {
                let factor = self.between(0.0, 3.0);
                let _ = writeln!(line, "rise_factor = {factor}");
            }
            self.put(&line);
        }
    }

    fn classes(&mut self) {
        for (class, travel) in ["drives", "drives", "loaded", "loaded", "towed", "fixed"].into_iter().enumerate() {
            if class > 2 && self.chance(0.3) {
                continue;
            }
            let teu = if travel == "loaded" { self.between(0.3, 2.0) } else { 0.0 };
            // A container that goes half empty takes less room where it is shipped on, one that is not stacked more.
            let again = [1.0, 1.0, 0.5, 1.5][self.more.below(4) as usize];
            let shipped = if travel == "loaded" { teu * again } else { self.between(0.0, 2.0) };
            let units = [0.0, 20.0, 80.0, 300.0][self.below(4)];
            let (share, value) = (self.between(0.0, 1.0), self.between(0.0, 90.0) * 1000.0);
            let (armoured, sensitive) = (class == 0 && self.chance(0.8), self.chance(0.35));
            let mut line = format!(
                "[[class]]\nid = \"c{class}\"\nper_1000_uniformed = {units}\ncontingent_share = {share}\ntravel = \"{travel}\"\nteu = {teu}\nshipped_teu = {shipped}\ncargo_truck = {}\narmoured = {armoured}\nsensitive = {sensitive}\ncontainer = {}\nvalue_usd = {value:?}\n",
                class == 1,
                travel == "loaded",
            );
            if self.chance(0.4) {
                let each = self.between(0.1, 4.0);
                let _ = writeln!(line, "air_t = {each}");
            }
            self.put(&line);
        }
    }

    fn fleet(&mut self) {
        let home = self.pick(&["b0", "port", "border"]);
        let trucks = [0, 7, 20, 60][self.below(4)];
        let full = [1, 6, 20][self.below(3)];
        let serves: Vec<String> = self.served.iter().map(|base| format!("\"b{base}\"")).collect();
        let mut line = format!(
            "[[truck_fleet]]\nid = \"trucks\"\nhome = \"{home}\"\ntrucks = {trucks}\ncolumn_trucks = {full}\ntruck_teu = {}\nescort_vehicles = {}\ndrivers_per_truck = {}\nturnaround_days = {}\nturnaround_log_sd = 0.3\nserves = [{}]\n",
            self.between(0.5, 2.5),
            self.below(5),
            self.between(0.0, 2.0),
            self.between(0.0, 5.0),
            serves.join(", "),
        );
        if self.chance(0.4) {
            let _ = writeln!(line, "escorts = {}", self.below(12));
            if self.chance(0.5) {
                let date = self.date(120);
                let _ = writeln!(line, "escorts_bound = {}\nescorts_bound_until = {date}", self.below(8));
            }
        }
        if self.chance(0.3) {
            let _ = writeln!(line, "least_trucks = {}", self.below(4));
        }
        if self.chance(0.3) {
            let date = self.date(60);
            let _ = writeln!(line, "from = {date}");
        }
        self.put(&line);
    }

    /// Aircraft, armed groups, a host column, weather.
    fn lists(&mut self) {
        if self.chance(0.4) {
            let (plane, helicopter) = (self.below(6), self.below(4));
            self.put(&format!("[[aircraft]]\nid = \"plane\"\nnumber = {plane}\npayload_t = 5\nseats = 30\nrunway = \"unpaved\"\n[[aircraft]]\nid = \"helicopter\"\nnumber = {helicopter}\npayload_t = 2\nseats = 12\nrunway = \"none\""));
        }
        if self.chance(0.5) {
            for group in 0..2 {
                let zones: Vec<String> = (0..self.zones).map(|zone| format!("\"z{zone}\"")).collect();
                let zones = zones[..=self.below(self.zones)].join(", ");
                let (rise, share) = (self.between(0.5, 3.0), self.between(0.0, 4.0));
                let (ratio, weight) = (self.between(0.0, 1.0), self.between(0.0, 2.0));
                let mut line = format!(
                    "[[armed_group]]\nid = \"g{group}\"\nzones = [{zones}]\nrise_factor = {rise}\nattack_share = {share}\nattack_ratio = {ratio}\ntakeover_weight = {weight}\n"
                );
                if self.chance(0.5) {
                    let date = self.date(90);
                    let _ = writeln!(line, "from = {date}");
                }
                self.put(&line);
            }
        }
        if self.bases > 1 && self.chance(0.5) {
            let (from, last) = (self.date(60), self.bases - 1);
            let fast = if self.chance(0.4) { format!("fast_to = \"b{last}\"\n") } else { String::new() };
            let retakes = self.between(0.0, 1.0);
            self.put(&format!("[[host_column]]\nid = \"army\"\nfrom = {from}\nroute = [\"b0\", \"b{last}\", \"port\"]\n{fast}fast_km_per_day = 60\nkm_per_day = 6\nshape_per_day = 0.5\nretakes = {retakes}"));
        }
        if self.chance(0.5) {
            let factor = self.between(0.2, 1.2);
            self.put(&format!("[[weather]]\nfrom = 2030-02-03\nuntil = 2030-03-09\nunpaved_factor = {factor}"));
        }
    }

    fn rules(&mut self) {
        let team = self.below(60);
        self.put(&format!(
            "[mission]\nstart = 2030-01-01\ndeadline = 2030-05-28\nliquidation_days = 60\nliquidation_people = {team}"
        ));
        let (process, falls) = (self.chance(0.5), self.chance(0.4));
        let near = ["0.4", "1", "3"][self.more.below(3) as usize];
        // Where nobody can be hit, incidents are no events.
        let wounded = ["0", "0.3"][self.more.below(2) as usize];
        self.put(&format!(
            "[tension]\nprocess = {process}\ncolumn_near_factor = {near}\n[base_fire]\nfalls = {falls}\nwounded_per_incident = {wounded}"
        ));
        let growth = self.between(0.0, 0.3);
        self.put(&format!(
            "[threat]\nreference_date = 2030-03-01\ngrowth_until = 2030-05-20\ngrowth_per_month = {growth}"
        ));
        let rule = self.pick(&[
            "none",
            "sensitive_only",
            "sensitive_first",
            "all_unmovable",
            "value_threshold",
            "latest_safe_start",
        ]);
        self.put(&format!("[disposal]\nrule = \"{rule}\""));
        let rate = self.between(0.0, 40.0);
        self.put(&format!("[repatriation]\nrate = [{{ from = 2030-01-01, people_per_day = {rate} }}, {{ from = 2030-03-05, people_per_day = 30 }}]"));
        let (sold, gifted, rest) = (self.between(0.0, 0.5), self.between(0.0, 0.5), self.chance(0.5));
        let decides = [0, 20][self.more.below(2) as usize];
        self.put(&format!("[liquidation]\ndecides_after_days = {decides}\nun_sold = {sold}\nun_gifted = {gifted}\ncontingent_sold = 0.1\nhands_over_rest = {rest}"));
        if self.chance(0.4) {
            self.put("[imports]\nbase = \"b0\"");
        }
        let (vehicles, clearance) = ([8, 40, 200][self.below(3)], self.chance(0.3));
        let lasts = ["0.8", "2.5", "12"][self.more.below(3) as usize];
        self.put(&format!(
            "[convoys]\nmax_vehicles = {vehicles}\nroute_clearance = {clearance}\nautonomy_days = {lasts}"
        ));
        let (accelerate, level) = (self.chance(0.8), self.pick(&LEVELS));
        let mut line = format!("[decisions]\naccelerate = {accelerate}\naccelerate_tension = \"{level}\"\n");
        if self.chance(0.3) {
            let days = self.between(0.0, 20.0);
            let whom = self.pick(&["army", "civil_authority"]);
            let _ = writeln!(line, "hold_for_handover_days = {days}\nhold_for = \"{whom}\"");
        }
        if self.chance(0.3) {
            let (share, date) = (self.between(0.0, 1.0), self.date(90));
            let share = if self.more.below(4) == 0 { 0.0 } else { share };
            let _ = writeln!(line, "thin_out_to = {share}\nthin_out_by = {date}");
        }
        let meetings = self.chance(0.3);
        let _ = writeln!(line, "handover_meetings = {meetings}");
        self.put(&line);
    }

    fn permissions(&mut self) {
        let (delay, factor) = (self.pick(&["0", "0", "0.5"]), self.pick(&["1", "1", "3"]));
        let mut line = format!("[permissions]\nhost_delay = {delay}\ndeparture_factor = {factor}\n");
        if self.chance(0.3) {
            let date = self.date(100);
            let _ = writeln!(line, "appeal = [{{ from = {date}, factor = 0.4 }}]");
        }
        self.put(&line);
        for desk in DESKS {
            let regime = self.pick(&["process", "process", "process", "granted", "denied"]);
            let stance = self.pick(&["permissive", "restrictive"]);
            let mut line = format!("[permissions.{desk}]\nregime = \"{regime}\"\nstance_at_start = \"{stance}\"\n");
            if self.chance(0.7) {
                line.push_str("restricted_regions = [\"r0\"]\n");
            }
            if self.chance(0.3) {
                let stance = self.pick(&["permissive", "restrictive"]);
                let until = if self.chance(0.5) { ", until = 2030-03-20" } else { "" };
                let _ = writeln!(line, "change = [{{ from = 2030-02-10{until}, stance = \"{stance}\" }}]");
            }
            self.put(&line);
        }
    }
}
