//! `init`: a scenario to start from.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::Template;
use crate::cli::engine::quoted_path;
use crate::cli::exit::Stop;
use crate::cli::screening::{beside, fingerprint};
use crate::cli::shell::schema_text;
use crate::scenario::templates::{self, Files};
use crate::store::{Disk, RealDisk};

/// The file by which editors complete and check scenarios.
const SCHEMA: &str = "rearguard.schema.json";

/// The name of the reference case, as it is shipped.
const MALI: &str = "mali-2023.toml";

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
    let mut files = with_schema(files, folder)?;
    if scale.is_none() && template == Template::Mali {
        files.push(screening(&files));
    }
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    for path in &paths {
        let failed = |source| Stop::File { action: "write", path: path.clone(), source };
        if RealDisk.exists(path).map_err(failed)? {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
    }
    for (path, (_, text)) in paths.iter().zip(&files) {
        write(path, text).map_err(|source| Stop::File { action: "write", path: path.clone(), source })?;
    }
    let mut out = io::stdout().lock();
    for path in &paths {
        writeln!(out, "Wrote {}", path.display())?;
    }
    writeln!(out, "Next: rearguard check {0}\n      rearguard run {0}", quoted_path(&paths[0]))?;
    Ok(())
}

/// The same files, the scenario with a line by which editors find the schema, and the schema, unless it is there.
fn with_schema(mut files: Files, folder: &Path) -> Result<Files, Stop> {
    let path = folder.join(SCHEMA);
    files[0].1.insert_str(0, &format!("#:schema ./{SCHEMA}\n"));
    if !RealDisk.exists(&path).map_err(|source| Stop::File { action: "read", path, source })? {
        files.push((SCHEMA.to_owned(), schema_text()));
    }
    Ok(files)
}

/// The stored screening of the reference case, by the name under which it is looked for beside the scenario. It says which
/// scenario it is of by a checksum of names and texts: a name and the line of the schema make none of it stale.
fn screening(files: &Files) -> (String, String) {
    let shipped = templates::mali(MALI);
    let text = include_str!("../../scenarios/mali-2023.screening.csv");
    let text = text.replace(&of_template(&shipped), &of_template(files));
    (beside(Path::new(&files[0].0)).to_string_lossy().into_owned(), text)
}

/// The checksum of a scenario and its list of roads, the first two files of its template.
fn of_template(files: &Files) -> String {
    fingerprint(&files.iter().take(2).cloned().collect())
}

/// Writes a new file, and the folder that it is in if only that is missing.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !RealDisk.exists(folder)?
    {
        RealDisk.create_dir(folder)?;
    }
    RealDisk.create_new(path)?.write_all(text.as_bytes())
}
