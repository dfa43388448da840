//! shim
#![expect(missing_docs)]
use std::io::{self,Write};
use std::path::{Path,PathBuf};
#[derive(Debug, thiserror::Error)] pub enum StoreError { #[error("io {0}")] Io(#[from] io::Error) }
pub struct RealDisk; pub struct Identity; impl Identity { pub fn new(_: Vec<(String,String)>) -> Self { Self } }
pub struct Folder{path:PathBuf} pub enum Opened { Fresh(Folder), Partial(Folder), Complete(Folder) }
impl Folder { pub fn open(_: Box<RealDisk>, p:&Path, _:&Identity, _:bool)->Result<Opened,StoreError>{ std::fs::create_dir_all(p)?; Ok(Opened::Fresh(Self{path:p.into()})) }
 pub fn write(&mut self, n:&str, f: impl FnOnce(&mut dyn Write)->io::Result<()>) -> Result<(),StoreError>{ let mut w=io::BufWriter::new(std::fs::File::create(self.path.join(n))?); f(&mut w)?; w.flush()?; Ok(()) }
 pub fn journal(&mut self,_:&serde_json::Value)->Result<(),StoreError>{Ok(())}
 pub fn finish(self, m:&serde_json::Value)->Result<(),StoreError>{ std::fs::write(self.path.join("manifest.json"), serde_json::to_string_pretty(m).unwrap())?; Ok(()) } }
