//! A painting in the making: evaluation by evaluation, from the coarsest scale to the finest.

use super::colour::{coloured, recoloured};
use super::descent::Descent;
use super::scales::{Scale, scales};
use super::start::start;
use super::task::{Colour, StyleError, Task, style_sides};
use super::{Goal, Losses, Scratch};
use crate::Picture;
use crate::vgg::{Layer, Vgg};

/// A painting in the making.
#[derive(Debug)]
pub struct Painting<'a> {
    vgg: &'a Vgg,
    task: Task,
    /// The styles, in the colours that are wanted.
    styles: Vec<(Picture, f64)>,
    /// The scales, and which of them it is at.
    scales: Vec<Scale>,
    scale: usize,
    goal: Goal,
    x: Picture,
    descent: Descent,
    /// Evaluations at this scale, and at those before it.
    here: usize,
    before: usize,
    scratch: Scratch,
    gradient: Vec<[f32; 3]>,
    history: Vec<Losses>,
    shown: Option<Losses>,
    shares: Vec<(Layer, f64)>,
}

impl<'a> Painting<'a> {
    /// Looks at the content and the styles, and begins.
    ///
    /// # Errors
    /// When the task makes no sense.
    pub fn new(vgg: &'a Vgg, mut task: Task) -> Result<Self, StyleError> {
        task.check(vgg)?;
        task.styles.retain(|(_, weight)| *weight > 0.0);
        let styles = match (task.colour, &task.content) {
            (Colour::Kept, Some(p)) => task.styles.iter().map(|(a, weight)| (recoloured(a, p), *weight)).collect(),
            _ => task.styles.clone(),
        };
        let (width, height) = task.sides();
        let scales = scales(width, height, task.scales, task.iterations);
        let x = start(&task, &styles, scales[0].width, scales[0].height);
        let Some(goal) = goal(vgg, &task, &styles, scales[0]) else {
            return Err(StyleError::Task("failed to begin a painting: no layer's loss counts".to_owned()));
        };
        let descent = Descent::new(task.optimiser);
        let gradient = vec![[0.0; 3]; x.pixels().len()];
        let (scratch, history, shown, shares) = (Scratch::default(), Vec::new(), None, Vec::new());
        Ok(Self {
            vgg,
            task,
            styles,
            scales,
            scale: 0,
            goal,
            x,
            descent,
            here: 0,
            before: 0,
            scratch,
            gradient,
            history,
            shown,
            shares,
        })
    }

    /// One evaluation of the losses, and one step downhill. `None` when all iterations are done.
    pub fn step(&mut self) -> Option<Losses> {
        while self.here >= self.scales[self.scale].iterations {
            self.enlarge()?;
        }
        self.gradient.fill([0.0; 3]);
        let Self { vgg, goal, x, scratch, gradient, shares, .. } = self;
        let losses = goal.evaluate(vgg, x, scratch, gradient, shares);
        let x = self.x.pixels_mut().as_flattened_mut();
        if self.descent.step(x, losses.total(), self.gradient.as_flattened()) {
            self.shown = Some(losses);
        }
        self.here += 1;
        self.history.push(losses);
        Some(losses)
    }

    /// Goes on at the next scale; `None` when there is none.
    fn enlarge(&mut self) -> Option<()> {
        let scale = *self.scales.get(self.scale + 1)?;
        self.x = self.best().resized(scale.width, scale.height);
        // Its room is given back before the styles take theirs.
        self.scratch = Scratch::default();
        self.goal = goal(self.vgg, &self.task, &self.styles, scale)?;
        // What was learnt of the slopes was about other pixels.
        self.descent = Descent::new(self.task.optimiser);
        self.gradient = vec![[0.0; 3]; self.x.pixels().len()];
        (self.scale, self.before, self.here) = (self.scale + 1, self.before + self.here, 0);
        self.shown = None;
        Some(())
    }

    /// Evaluations so far.
    #[must_use]
    pub fn iteration(&self) -> usize {
        self.before + self.here
    }

    /// Evaluations in all.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.task.iterations
    }

    /// The losses of all evaluations so far. Where a new scale begins they jump.
    #[must_use]
    pub fn history(&self) -> &[Losses] {
        &self.history
    }

    /// The losses of the [`picture`](Self::picture) as it is now, once there are some: with L-BFGS those of the best evaluation, which
    /// need not be the last; with Adam those of the last, one step before it.
    #[must_use]
    pub fn losses(&self) -> Option<&Losses> {
        self.shown.as_ref()
    }

    /// The style loss of the last evaluation by layer, β · w_l E_l.
    #[must_use]
    pub fn layers(&self) -> &[(Layer, f64)] {
        &self.shares
    }

    /// The sizes that it goes through, the coarsest first: width, height, and how many evaluations are made there.
    #[must_use]
    pub fn sizes(&self) -> Vec<(usize, usize, usize)> {
        self.scales.iter().map(|scale| (scale.width, scale.height, scale.iterations)).collect()
    }

    /// Its final width and height.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.task.sides()
    }

    /// As it is now, pixels within 0–1; at a coarse scale it is enlarged to its final size.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let (width, height) = self.size();
        let mut shown = self.best();
        if (shown.width(), shown.height()) != (width, height) {
            shown = shown.resized(width, height);
        }
        match (self.task.colour, &self.task.content) {
            (Colour::Kept, Some(p)) => coloured(&shown, &p.resized(width, height)),
            _ => shown,
        }
    }

    fn best(&self) -> Picture {
        let pixels = self.descent.best(self.x.pixels().as_flattened()).as_chunks().0.to_vec();
        Picture::of_pixels(self.x.width(), self.x.height(), pixels)
    }
}

/// The goal at a scale: the styles are looked at as small or large as the painting.
fn goal(vgg: &Vgg, task: &Task, styles: &[(Picture, f64)], scale: Scale) -> Option<Goal> {
    let p = task.content.as_ref().map(|p| p.resized(scale.width, scale.height));
    let longest = scale.width.max(scale.height);
    let sized = |a: &Picture| {
        let (width, height) = style_sides(a, longest);
        a.resized(width, height)
    };
    let styles: Vec<_> = styles.iter().map(|(a, weight)| (sized(a), *weight)).collect();
    Goal::new(vgg, task, p.as_ref(), &styles, (scale.width, scale.height))
}

#[cfg(test)]
mod tests {
    use super::super::Optimiser;
    use super::*;
    use crate::vgg::Depth;

    #[test]
    fn the_losses_are_those_of_the_picture_though_a_later_try_was_undone() {
        let picture =
            |n: usize| Picture::new(20, 16, |x, y| [0.3, 0.6, 0.9].map(|c| c * ((x * y + n * x) % 7) as f32 / 6.0));
        let vgg = Vgg::random(Depth::Sixteen, 1);
        let mut task = Task { size: 20, scales: 1, iterations: 40, ..Task::new(picture(1), picture(4)) };
        task.optimiser = Optimiser::Lbfgs { memory: 3 };
        let mut painting = Painting::new(&vgg, task).unwrap();
        assert_eq!(painting.losses(), None);
        let mut undone = 0;
        while let Some(last) = painting.step() {
            let (mut gradient, mut shares) = (vec![[0.0; 3]; 20 * 16], Vec::new());
            let at = painting.picture();
            let exact = painting.goal.evaluate(&vgg, &at, &mut Scratch::default(), &mut gradient, &mut shares);
            assert_eq!(painting.losses(), Some(&exact));
            undone += usize::from(exact != last);
        }
        assert!(undone > 0, "some of the tries are undone");
    }
}
