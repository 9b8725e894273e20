//! A full disk under the primary: a small file system in memory, filled to the last byte.

use super::{load::Reader, world::World};
use cluster::Cluster;
use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// Room for a database and little more.
const ROOM: &str = "size=200m";

/// A small file system. It is taken away when this is dropped.
struct Disk(PathBuf);

impl Disk {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("thidua-disk-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        as_root(Command::new("mount").args(["-t", "tmpfs", "-o", ROOM, "tmpfs"]).arg(&path));
        as_root(Command::new("chmod").arg("1777").arg(&path));
        Self(path)
    }

    /// Leaves no byte.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("full");
        let mut file = File::create(&path).expect("a file");
        for piece in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![1; piece]).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        as_root(Command::new("umount").arg("--lazy").arg(&self.0));
        let _ = fs::remove_dir(&self.0);
    }
}

/// Mounting is root's; whoever runs the tests otherwise has sudo, as `tests/run` does.
fn as_root(command: &mut Command) {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut asked = if is_root { Command::new("env") } else { Command::new("sudo") };
    asked.arg(command.get_program()).args(command.get_args());
    let status = asked.status().expect("a program of the system");
    assert!(status.success(), "{asked:?}: {status}");
}

#[test]
fn a_full_disk_stops_writing_until_there_is_room_and_loses_nothing() {
    let disk = Disk::new();
    let settings = [("max_wal_size", "64MB"), ("min_wal_size", "32MB"), ("shared_buffers", "32MB")];
    let mut world = World::new(Cluster::start_in(&disk.0, &settings), 0, 2);
    world.under_load("the disk is full", |world, load| {
        let readers: Vec<_> =
            world.urls().iter().map(|url| Reader::start(url, "/v1/units?limit=5")).collect();
        let full = disk.fill();
        let stopped = until_nothing_is_acknowledged(world);
        fs::remove_file(full).expect("the file goes");
        let start = Instant::now();
        let (process, from) = (world.primary().folder().join("postmaster.pid"), load.acknowledged());
        while load.acknowledged() < from + 20 {
            assert!(start.elapsed() < Duration::from_secs(60), "writes do not go on");
            // A server that could not even note what it was doing has ended, and is started again by whoever made room.
            if !process.exists() {
                world.primary().start();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!(
            "the disk was full after {stopped:?}; writes went on {:?} after there was room",
            start.elapsed()
        );
        for reader in readers {
            let waits = reader.stop();
            assert_eq!(waits.failures, 0, "reads stopped: {waits:?}");
        }
    });
}

/// Waits until the log has not grown for a while.
fn until_nothing_is_acknowledged(world: &World) -> Duration {
    let (start, mut last, mut since) = (Instant::now(), 0, Instant::now());
    while since.elapsed() < Duration::from_secs(2) {
        assert!(start.elapsed() < Duration::from_secs(60), "the disk is never full");
        let head = world.known();
        if head != last {
            (last, since) = (head, Instant::now());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    start.elapsed()
}
