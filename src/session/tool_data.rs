//! What only trees tell of a tool call: behind a pointer, as most runs keep none of it.

use std::ops::Deref;

use super::course::{Course, Reached};
use super::excerpt::Excerpt;

/// What a tool was asked and answered, and how far the client went with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolData {
    /// How far the client went with the call.
    pub course: Course,
    /// What the tool is asked, as JSON.
    pub arguments: Option<Excerpt>,
    /// Of that the command.
    pub command: Option<Excerpt>,
    /// Of that the file.
    pub file_path: Option<String>,
    /// Of that the skill.
    pub skill: Option<String>,
    /// What it answered.
    pub result: Option<Excerpt>,
}

/// The same where it is kept; else nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptData(Option<Box<ToolData>>);

impl KeptData {
    /// To be written into.
    pub(super) fn get_mut(&mut self) -> &mut ToolData {
        self.0.get_or_insert_default()
    }

    /// Without what the tool was asked and answered.
    pub(super) fn bare(&self) -> Self {
        let bare = |data: &ToolData| ToolData { course: data.course.clone(), ..ToolData::default() }.into();
        self.0.as_deref().map(bare).unwrap_or_default()
    }
}

impl From<ToolData> for KeptData {
    fn from(data: ToolData) -> Self {
        Self(Some(Box::new(data)))
    }
}

impl Deref for KeptData {
    type Target = ToolData;

    fn deref(&self) -> &ToolData {
        const COURSE: Course = Course { reached: Reached::Unknown, permission: None, denial: None };
        static UNKNOWN: ToolData =
            ToolData { course: COURSE, arguments: None, command: None, file_path: None, skill: None, result: None };
        self.0.as_deref().unwrap_or(&UNKNOWN)
    }
}
