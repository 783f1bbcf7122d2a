//! Which sessions and turns are asked for.

use glob::{MatchOptions, Pattern};

use super::Session;
use super::kept_out::KeptOut;
use crate::transcript::Timestamp;

/// What is asked for; all of it, if nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Turns that began then or later.
    pub since: Option<Timestamp>,
    /// Turns that began before.
    pub until: Option<Timestamp>,
    /// Sessions of any of these projects.
    pub projects: Vec<Pattern>,
    /// Sessions of which the id begins with any of these.
    pub sessions: Vec<String>,
    /// No session of these projects, whatever else is said.
    pub kept_out: KeptOut,
}

/// Where a turn lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// In the time that is asked for; so does a turn without a time.
    Within,
    /// Before it.
    Before(Timestamp),
    /// Behind it.
    After(Timestamp),
}

/// A star stands for any folders: `*/shop` is every project called `shop`.
const ANYWHERE: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: false };

impl Selection {
    /// Whether a session is asked for by its id.
    #[must_use]
    pub fn takes_session(&self, id: &str) -> bool {
        self.sessions.is_empty() || self.sessions.iter().any(|beginning| id.starts_with(beginning))
    }

    /// Whether a session is asked for by the folder that it ran in, and not kept out.
    #[must_use]
    pub fn takes_project(&self, project: Option<&str>) -> bool {
        self.names_project(project) && !project.is_some_and(|project| self.kept_out.holds(project))
    }

    /// The same of a session that was read: each folder counts that it ran in.
    #[must_use]
    pub fn takes_projects_of(&self, session: &Session) -> bool {
        self.names_project(session.facts.project.as_deref()) && !self.keeps_out(session)
    }

    /// Whether a session is kept out by a folder that it ran in.
    #[must_use]
    pub fn keeps_out(&self, session: &Session) -> bool {
        session.facts.folders().any(|folder| self.kept_out.holds(folder))
    }

    /// Whether a project is among those that are named. A pattern without a slash is held against the
    /// folder's own name.
    #[must_use]
    pub fn names_project(&self, project: Option<&str>) -> bool {
        let matches = |pattern: &Pattern, project: &str| {
            let name = project.rsplit(['/', '\\']).find(|name| !name.is_empty()).unwrap_or(project);
            let is_path = pattern.as_str().contains(['/', '\\']);
            pattern.matches_with(if is_path { project } else { name }, ANYWHERE)
        };
        let is_any = |project: &str| self.projects.iter().any(|pattern| matches(pattern, project));
        self.projects.is_empty() || project.is_some_and(is_any)
    }

    /// Whether a session that began then and was last written then may hold a turn that is asked for.
    #[must_use]
    pub fn may_hold(&self, began: Option<Timestamp>, touched: Timestamp) -> bool {
        let is_early = self.since.is_some_and(|since| touched < since);
        let is_late = self.until.is_some_and(|until| began.is_some_and(|began| began >= until));
        !is_early && !is_late
    }

    /// Where a turn lies that began then.
    #[must_use]
    pub fn window(&self, began: Option<Timestamp>) -> Window {
        match began {
            Some(at) if self.since.is_some_and(|since| at < since) => Window::Before(at),
            Some(at) if self.until.is_some_and(|until| at >= until) => Window::After(at),
            _ => Window::Within,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Exclusion, IgnoreFiles};

    #[test]
    fn projects_are_matched_by_path_or_by_name() {
        for (pattern, project, expected) in [
            ("shop", Some("/home/ada/src/shop"), true),
            ("shop", Some("/home/ada/shop/src"), false),
            ("shop", Some("C:\\Users\\ada\\shop"), true),
            ("sh*", Some("/home/ada/src/shop/"), true),
            ("/home/ada/src/*", Some("/home/ada/src/shop"), true),
            ("/home/ada/src/*", Some("/home/ada/src/team/shop"), true),
            ("*/shop", Some("/home/ada/src/shop"), true),
            ("/home/ada", Some("/home/ada/src"), false),
            ("shop", None, false),
        ] {
            let selection = Selection { projects: vec![Pattern::new(pattern).unwrap()], ..Selection::default() };
            assert_eq!(selection.takes_project(project), expected, "{pattern} {project:?}");
        }
        assert!(Selection::default().takes_project(None));
    }

    #[test]
    fn what_is_kept_out_is_not_taken_though_it_is_named() {
        let kept_out = KeptOut::by(vec![Exclusion::new("/private").unwrap()], IgnoreFiles::default());
        let selection = Selection { projects: vec![Pattern::new("*shop").unwrap()], kept_out, ..Selection::default() };
        let took = ["/src/shop", "/private/shop", "/src/farm"].map(|project| selection.takes_project(Some(project)));
        assert_eq!(took, [true, false, false]);
        for (project, left, expected) in
            [("/src/shop", None, true), ("/private/shop", None, false), ("/src/shop", Some("/private/shop"), false)]
        {
            let mut session = Session::default();
            session.facts.project = Some(project.to_owned());
            session.facts.left_folders = left.into_iter().map(str::to_owned).collect();
            assert_eq!(selection.takes_projects_of(&session), expected, "{project} {left:?}");
        }
    }

    #[test]
    fn sessions_are_named_by_the_beginning_of_their_ids() {
        let selection = Selection { sessions: vec!["06d61e2c".to_owned(), "b".to_owned()], ..Selection::default() };
        let found = ["06d61e2c-1", "06d61e2d-1", "b1", "ab"].map(|id| selection.takes_session(id));
        assert_eq!(found, [true, false, true, false]);
        assert!(Selection::default().takes_session("a"));
    }

    #[test]
    fn a_session_outside_of_the_time_holds_nothing() {
        let at = |second| Timestamp::from(second);
        let selection = Selection { since: Some(at(10)), until: Some(at(20)), ..Selection::default() };
        for (began, touched, expected) in [
            (Some(at(1)), at(9), false),
            (Some(at(1)), at(10), true),
            (Some(at(19)), at(30), true),
            (Some(at(20)), at(30), false),
            (None, at(30), true),
        ] {
            assert_eq!(selection.may_hold(began, touched), expected, "{began:?} {touched:?}");
        }
        assert!(Selection::default().may_hold(None, at(0)));
    }

    #[test]
    fn a_window_takes_its_beginning_and_not_its_end() {
        let [one, two, three] = [1, 2, 3].map(Timestamp::from);
        let selection = Selection { since: Some(one), until: Some(three), ..Selection::default() };
        for (began, expected) in [
            (None, Window::Within),
            (Some(Timestamp::from(0)), Window::Before(Timestamp::from(0))),
            (Some(one), Window::Within),
            (Some(two), Window::Within),
            (Some(three), Window::After(three)),
        ] {
            assert_eq!(selection.window(began), expected);
        }
    }
}
