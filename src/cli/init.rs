//! `init`: a scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::Template;
use crate::cli::exit::Stop;
use crate::scenario::templates;

/// Writes a template's files, none of which may exist.
///
/// # Errors
/// A file that is there already, or the disk.
pub fn init(file: &Path, template: Template, scale: Option<u32>) -> Result<(), Stop> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Stop::Usage(format!("`{}` is no name for a file", file.display())))?;
    let files = match (scale, template) {
        (Some(bases), _) => templates::scaled(&name, bases),
        (None, Template::Tutorial) => templates::tutorial(&name),
        (None, Template::Mali) => templates::mali(&name),
        (None, Template::Blank) => templates::blank(&name),
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        return Err(Stop::File { action: "write", path: there.clone(), source: io::ErrorKind::AlreadyExists.into() });
    }
    for (path, (_, text)) in paths.iter().zip(&files) {
        let failed = |source| Stop::File { action: "write", path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut out = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        out.write_all(text.as_bytes()).map_err(failed)?;
    }
    let mut out = io::stdout().lock();
    for path in &paths {
        writeln!(out, "Wrote {}", path.display())?;
    }
    writeln!(out, "Next: rearguard check {0}\n      rearguard run {0}", paths[0].display())?;
    Ok(())
}
