//! Potential points laid out over days and heights, of which those below a rate happen (2.18).

use rearguard::draw::{Purpose, Streams};

/// The length of a span, in days.
pub const SPAN_DAYS: f64 = 32.0;

/// A potential point.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub days: f64,
    pub height: f64,
    /// Span and place in the order of height.
    pub span: u64,
    pub place: u64,
}

/// The points of one process, span by span.
#[derive(Clone, Debug, Default)]
pub struct Points {
    spans: Vec<Vec<Point>>,
}

impl Points {
    /// The points of a span below a bound that no rate passes, in order of time.
    pub fn span(&mut self, streams: &Streams, (purpose, entity): (Purpose, u64), span: u64, bound: f64) -> &[Point] {
        while self.spans.len() as u64 <= span {
            let at = self.spans.len() as u64;
            let mut stream = streams.stream(purpose, entity, at);
            let (mut points, mut place) = (Vec::new(), 0);
            let mut height = stream.standard_exponential() / SPAN_DAYS;
            while height < bound {
                let days = (at as f64 + stream.uniform()) * SPAN_DAYS;
                points.push(Point { days, height, span: at, place });
                height += stream.standard_exponential() / SPAN_DAYS;
                place += 1;
            }
            points.sort_by(|a, b| a.days.total_cmp(&b.days));
            self.spans.push(points);
        }
        &self.spans[span as usize]
    }
}
