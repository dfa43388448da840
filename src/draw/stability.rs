//! Values that must never change under one scheme, and the law each draw must follow.
//!
//! A failure here means that every published result would move: either undo the change or raise
//! [`SCHEME`](super::SCHEME) and say so under "Results changed".

use super::{Law, Purpose, Scale, Stream, Streams, key, key2};
use crate::math::sqrt;

/// A draw to be held fixed: its name, itself, its mean and its variance.
struct Draw {
    name: &'static str,
    sample: fn(&mut Stream) -> f64,
    mean: f64,
    variance: f64,
    /// The first value, in bits, and the checksum of all [`how_many`].
    fixed: (u64, u64),
}

/// The gamma function at 1.25, from the tables.
const GAMMA_1_25: f64 = 0.906_402_477_055_477;

const DRAWS: &[Draw] = &[
    Draw {
        name: "uniform",
        sample: Stream::uniform,
        mean: 0.5,
        variance: 1.0 / 12.0,
        fixed: (0x3fe7_0ef3_fa30_90f5, 0x72d0_c1f5_181e_841a),
    },
    Draw {
        name: "below",
        sample: |s| s.below(10) as f64,
        mean: 4.5,
        variance: 8.25,
        fixed: (0x4000_0000_0000_0000, 0xb87a_757c_97fd_cdc8),
    },
    Draw {
        name: "chance",
        sample: |s| f64::from(u8::from(s.chance(0.3))),
        mean: 0.3,
        variance: 0.21,
        fixed: (0x0000_0000_0000_0000, 0x66dc_03c9_1fc0_0382),
    },
    Draw {
        name: "exponential",
        sample: |s| s.exponential(4.0),
        mean: 4.0,
        variance: 16.0,
        fixed: (0x401b_d484_6fbf_e9b5, 0x13e5_b845_a74f_697e),
    },
    Draw {
        name: "normal",
        sample: |s| s.normal(-1.0, 3.0),
        mean: -1.0,
        variance: 9.0,
        fixed: (0xbfe0_8c36_e534_1569, 0x3317_eebf_db36_246a),
    },
    // exp(s^2 / 2) and its square times (exp(s^2) - 1), for s = 0.5 and a median of 2.
    Draw {
        name: "lognormal",
        sample: |s| s.lognormal(2.0, 0.5),
        mean: 2.266_296_906_133_653,
        variance: 1.458_779_027_711_262,
        fixed: (0x3ff2_f365_b5e6_58ec, 0x21c8_d4f1_f5bb_cc70),
    },
    // (l + m + h) / 3 and (l^2 + m^2 + h^2 - lm - lh - mh) / 18.
    Draw {
        name: "triangular",
        sample: |s| s.triangular(1.0, 2.0, 6.0),
        mean: 3.0,
        variance: 21.0 / 18.0,
        fixed: (0x4007_53d8_a142_b773, 0x50a8_73aa_0eb8_f801),
    },
    // Shape 2: variance / mean^2 = gamma(2) / gamma(1.5)^2 - 1 = 4 / pi - 1.
    Draw {
        name: "weibull",
        sample: |s| s.weibull(2.0, 5.0),
        mean: 5.0,
        variance: 25.0 * (4.0 / std::f64::consts::PI - 1.0),
        fixed: (0x4018_544c_c663_ef9f, 0x0149_3ac1_4e3c_4a79),
    },
    // Shape 4 and scale 1: gamma(1.25), and gamma(1.5) less its square.
    Draw {
        name: "weibull_scale",
        sample: |s| s.weibull_scale(4.0, 1.0),
        mean: GAMMA_1_25,
        variance: 0.886_226_925_452_758 - GAMMA_1_25 * GAMMA_1_25,
        fixed: (0x3fe6_339f_205b_e56e, 0x7ba8_4017_66b6_3fa7),
    },
    Draw {
        name: "gamma, shape 0.5",
        sample: |s| s.gamma(0.5, 2.0),
        mean: 2.0,
        variance: 8.0,
        fixed: (0x3fb9_5b40_a21e_b561, 0x3330_d5e0_e5a9_849d),
    },
    Draw {
        name: "gamma, shape 7",
        sample: |s| s.gamma(7.0, 2.0),
        mean: 2.0,
        variance: 4.0 / 7.0,
        fixed: (0x400c_5a06_e46a_c0cd, 0x6121_340f_9af4_ba9c),
    },
    // a / (a + b) and ab / ((a + b)^2 (a + b + 1)).
    Draw {
        name: "beta",
        sample: |s| s.beta(2.0, 6.0),
        mean: 0.25,
        variance: 12.0 / 576.0,
        fixed: (0x3fd3_a7df_8f3d_d408, 0xe4c3_6242_1968_6821),
    },
    Draw {
        name: "erlang",
        sample: |s| s.erlang(3, 6.0),
        mean: 6.0,
        variance: 12.0,
        fixed: (0x4018_3e38_2c73_f3aa, 0xba85_0deb_fd53_f8d3),
    },
    Draw {
        name: "negative_binomial",
        sample: |s| s.negative_binomial(5.0, 0.5) as f64,
        mean: 5.0,
        variance: 55.0,
        fixed: (0x0000_0000_0000_0000, 0x3218_1b59_de2e_9b17),
    },
    Draw {
        name: "poisson of 3",
        sample: |s| s.poisson(3.0) as f64,
        mean: 3.0,
        variance: 3.0,
        fixed: (0x4010_0000_0000_0000, 0x371e_72ab_1c6c_d485),
    },
    Draw {
        name: "poisson of 80",
        sample: |s| s.poisson(80.0) as f64,
        mean: 80.0,
        variance: 80.0,
        fixed: (0x4053_8000_0000_0000, 0x5150_3c08_4051_1272),
    },
    Draw {
        name: "binomial of 12",
        sample: |s| s.binomial(12, 0.25) as f64,
        mean: 3.0,
        variance: 2.25,
        fixed: (0x4000_0000_0000_0000, 0xffd1_717c_9e02_e269),
    },
    Draw {
        name: "binomial of 400",
        sample: |s| s.binomial(400, 0.25) as f64,
        mean: 100.0,
        variance: 75.0,
        fixed: (0x4059_4000_0000_0000, 0xadd6_9931_4283_c9ec),
    },
];

fn stream(name: &str) -> Stream {
    Streams::new(1, 0).stream(Purpose::Test, key(name), 0)
}

/// Draws of a checksum: fewer where a draw is an iterated quantile and takes a microsecond.
fn how_many(name: &str) -> u32 {
    if name.starts_with("gamma") || name.starts_with("beta") { 100_000 } else { 1_000_000 }
}

#[test]
fn every_distribution_keeps_its_values_and_its_moments() {
    let mut moved = Vec::new();
    for Draw { name, sample, mean, variance, fixed } in DRAWS {
        let (mut stream, n) = (stream(name), how_many(name));
        let values: Vec<f64> = (0..n).map(|_| sample(&mut stream)).collect();
        let sum = values.iter().fold(0, |sum, value| key2(sum, value.to_bits()));
        if *fixed != (values[0].to_bits(), sum) {
            moved.push(format!("{name}: fixed: ({:#018x}, {sum:#018x})", values[0].to_bits()));
        }
        let squares: Vec<f64> = values.iter().map(|x| (x - mean) * (x - mean)).collect();
        let fourth = squares.iter().map(|x| (x - variance) * (x - variance)).sum::<f64>() / f64::from(n);
        let of_mean = (values.iter().sum::<f64>() / f64::from(n) - mean) / sqrt(variance / f64::from(n));
        let of_variance = (squares.iter().sum::<f64>() / f64::from(n) - variance) / sqrt(fourth / f64::from(n));
        assert!(
            of_mean.abs() < 4.0 && of_variance.abs() < 4.0,
            "{name}: z of mean {of_mean}, of variance {of_variance}"
        );
    }
    assert!(moved.is_empty(), "these draws have moved:\n{}", moved.join("\n"));
}

#[test]
fn keys_and_first_draws_of_streams_are_fixed() {
    let first = |seed, replication, purpose, entity, occurrence| {
        Streams::new(seed, replication).stream(purpose, entity, occurrence).below(u64::MAX)
    };
    let now = [
        key(""),
        key("threat.device.hits_per_km"),
        key2(1, 2),
        key2(2, 1),
        first(0, 0, Purpose::Parameter, 0, 0),
        first(1, 0, Purpose::Parameter, 0, 0),
        first(0, 1, Purpose::Parameter, 0, 0),
        first(0, 0, Purpose::Regime, 0, 0),
        first(0, 0, Purpose::Parameter, 1, 0),
        first(0, 0, Purpose::Parameter, 0, 1),
        first(u64::MAX, u64::MAX, Purpose::Test, u64::MAX, u64::MAX),
    ];
    let fixed = [
        0xf52a_15e9_a9b5_e89b,
        0x24c8_1861_9ed3_3ba9,
        0x081a_5c13_7785_6b73,
        0xf282_6f98_653e_9e57,
        0xf53d_9fe6_019d_4c5b,
        0xc285_87cf_71db_7905,
        0xe845_f0d1_d34b_5f0e,
        0x8150_97d1_3e21_c257,
        0x3725_1fb6_d3c4_a912,
        0x2612_df6e_60c5_4e01,
        0x0ca2_bab1_8d4f_9f0f,
    ];
    assert_eq!(now, fixed, "{now:#018x?}");
}

#[test]
fn quantiles_of_laws_are_fixed() {
    let law = |law: Law| law.quantile(0.3).to_bits();
    let three = |scale| Law::Quantiles { low: 0.1, central: 0.4, high: 0.6, scale };
    let now = [
        law(Law::Uniform { low: 1.0, high: 4.0 }),
        law(Law::Triangular { low: 1.0, mode: 2.0, high: 4.0 }),
        law(Law::Normal { mean: 1.0, sd: 4.0 }),
        law(Law::Lognormal { median: 1.0, log_sd: 0.4 }),
        law(Law::Beta { a: 2.0, b: 3.5 }),
        law(Law::Gamma { shape: 0.7, mean: 3.0 }),
        law(Law::Weibull { shape: 0.7, mean: 3.0 }),
        law(Law::LogUniform { low: 1.0, high: 4.0 }),
        law(three(Scale::Linear)),
        law(three(Scale::Log)),
        law(three(Scale::Logit)),
        law(Law::Truncated { law: Box::new(three(Scale::Linear)), low: 0.0, high: 0.5 }),
    ];
    let fixed = [
        0x3ffe_6666_6666_6666,
        0x3fff_2dce_89b6_36cb,
        0xbff1_8fc7_2b05_8bf6,
        0x3fe9_f1e6_0da2_f02d,
        0x3fce_ffb4_3753_01b4,
        0x3fe7_a8ec_79c1_a416,
        0x3fe1_63b7_5aff_d0c1,
        0x3ff8_4060_03b2_ae5c,
        0x3fd3_7a92_2a6e_6db5,
        0x3fd0_7474_ed23_64aa,
        0x3fd1_81ca_a45a_1182,
        0x3fd1_a9db_4b07_c900,
    ];
    assert_eq!(now, fixed, "{now:#018x?}");
}
