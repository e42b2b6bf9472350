//! One line of the report: how it is, what was found, what to do.

use serde::Serialize;

/// How it is; the worse, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    /// Good.
    Ok,
    /// Not here, or not to be told; nothing that a band must have.
    Note,
    /// It plays, and would play better.
    Warning,
    /// Something will not work.
    Problem,
}

impl Mark {
    /// As it stands before the line.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "-",
            Self::Warning => "!",
            Self::Problem => "x",
        }
    }
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Todo {
    /// In words.
    pub(super) advice: String,
    /// To be copied.
    pub(super) command: Option<String>,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) mark: Mark,
    pub(super) found: String,
    pub(super) todo: Vec<Todo>,
}

impl Line {
    pub(super) fn new(mark: Mark, found: impl Into<String>) -> Self {
        Self { mark, found: found.into(), todo: Vec::new() }
    }

    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self::new(Mark::Ok, found)
    }

    pub(super) fn note(found: impl Into<String>) -> Self {
        Self::new(Mark::Note, found)
    }

    pub(super) fn warning(found: impl Into<String>) -> Self {
        Self::new(Mark::Warning, found)
    }

    pub(super) fn problem(found: impl Into<String>) -> Self {
        Self::new(Mark::Problem, found)
    }

    /// Something to do that takes no command.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.todo.push(Todo { advice: advice.into(), command: None });
        self
    }

    /// Something to do, and the command that does it.
    pub(super) fn run(mut self, advice: impl Into<String>, command: impl Into<String>) -> Self {
        self.todo.push(Todo { advice: advice.into(), command: Some(command.into()) });
        self
    }
}

/// Lines about one part of the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) lines: Vec<Line>,
}

/// The worst of all.
pub(super) fn worst(groups: &[Group]) -> Mark {
    groups.iter().flat_map(|group| &group.lines).map(|line| line.mark).max().unwrap_or(Mark::Ok)
}
