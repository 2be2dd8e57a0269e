//! Where output goes. A regular file is written under a temporary name in the same folder and renamed when it is
//! whole, so that an interrupted run leaves the old file or none; a pipe or a device is written straight.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// An output that is not under its name until [`Destination::finish`].
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Renamed(NamedTempFile),
    Straight(File),
}

impl Destination {
    /// Opens an output; folders above it are made.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder or the file cannot be made.
    pub fn create(path: &Path) -> Result<Self> {
        let error = |source| Error::Io { path: path.into(), action: "open for writing", source };
        if fs::metadata(path).is_ok_and(|m| m.is_dir()) {
            return Err(error(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        // A pipe or a device has no place beside it for another file, and renaming would replace it.
        if fs::metadata(path).is_ok_and(|m| !m.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(path).map_err(error)?;
            return Ok(Self { path: path.into(), kind: Kind::Straight(file) });
        }
        // A link stays a link: the file that it names is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(error)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".iken-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o644));
        }
        let file = builder.tempfile_in(folder).map_err(error)?;
        Ok(Self { path, kind: Kind::Renamed(file) })
    }

    /// The path under which the output will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the whole output under its name.
    ///
    /// # Errors
    /// [`Error::Io`] when the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<()> {
        let Self { path, kind } = self;
        match kind {
            Kind::Renamed(mut file) => {
                file.flush().map_err(|source| Error::Io { path: path.clone(), action: "write", source })?;
                file.persist(&path).map_err(|e| Error::Io {
                    path,
                    action: "rename into place",
                    source: e.error,
                })?;
                Ok(())
            }
            Kind::Straight(mut file) => {
                file.flush().map_err(|source| Error::Io { path, action: "write", source })
            }
        }
    }

    /// Writes all of `bytes` to a path in one go.
    ///
    /// # Errors
    /// As [`Destination::create`] and [`Destination::finish`].
    pub fn write_all_to(path: &Path, bytes: &[u8]) -> Result<()> {
        let mut destination = Self::create(path)?;
        destination.write_all(bytes).map_err(|source| Error::Io {
            path: path.into(),
            action: "write",
            source,
        })?;
        destination.finish()
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Renamed(file) => file.write(bytes),
            Kind::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Renamed(file) => file.flush(),
            Kind::Straight(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_under_its_name_only_when_it_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/out.txt");
        let mut destination = Destination::create(&path).expect("opened");
        destination.write_all(b"half").expect("written");
        assert!(!path.exists());
        drop(destination);
        assert!(!path.exists() && fs::read_dir(dir.path().join("deep")).expect("a folder").next().is_none());
        Destination::write_all_to(&path, b"whole").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"whole");
    }

    #[test]
    fn a_folder_is_refused_and_a_device_is_written_straight() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(Destination::create(dir.path()).is_err());
        #[cfg(unix)]
        {
            Destination::write_all_to(Path::new("/dev/null"), b"x").expect("written");
            let full = Destination::write_all_to(Path::new("/dev/full"), b"x").expect_err("no space");
            assert!(matches!(full, Error::Io { action: "write", .. }), "{full}");
        }
    }
}
