//! The table: a line a measure, with the least, the mean and the greatest of all seeds.

/// One line.
pub(crate) struct Row {
    name: &'static str,
    bounds: (f64, f64),
    values: Vec<f64>,
}

impl Row {
    /// What was measured for each seed.
    pub(crate) fn new(name: &'static str, bounds: (f64, f64), values: Vec<f64>) -> Self {
        Self { name, bounds, values }
    }

    fn holds(&self) -> bool {
        self.values.iter().all(|value| (self.bounds.0..=self.bounds.1).contains(value))
    }
}

/// Prints all lines; whether every bound holds for every seed.
pub(crate) fn print(rows: &[Row]) -> bool {
    println!("{:36} {:>9} {:>9} {:>9}   {:>18}", "", "min", "mean", "max", "bounds");
    for row in rows {
        let least = row.values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = row.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = row.values.iter().sum::<f64>() / row.values.len().max(1) as f64;
        let bounds = format!("{} … {}", row.bounds.0, row.bounds.1);
        let verdict = if row.holds() { "PASS" } else { "FAIL" };
        println!("{:36} {least:9.3} {mean:9.3} {greatest:9.3}   {bounds:>18}  {verdict}", row.name);
    }
    rows.iter().all(Row::holds)
}
