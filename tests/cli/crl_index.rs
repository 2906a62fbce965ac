//! The index beside a kept list: whoever could write it could hide who is revoked.

use crate::{chain_files::utf8, list_host::Scene};

#[test]
fn an_index_is_believed_only_where_nobody_else_may_have_written_it() {
    let scene = Scene::new("index");
    scene.sub.revoke(&scene.leaf);
    scene.host.gives(scene.list("list.crl"));
    scene.fetch(&[]).exits(1);
    let issuer = scene.sub.certificate();
    let look_up = || {
        let what = ["crl", "lookup", utf8(&scene.leaf), "--cache", "lists"];
        let how = ["--issuer", utf8(&issuer), "--at", "2025-01-15T00:00:00Z"];
        scene.bench.run([&what[..], &how].concat())
    };
    look_up().exits(1);
    // An index without entries says that the leaf is good: who may write it decides, and that is its owner alone.
    let files = scene.bench.files();
    let index = files.iter().find(|it| it.ends_with(".index")).unwrap();
    let path = scene.bench.path(index);
    let mut lie = std::fs::read(&path).unwrap();
    let key = lie.len() - 12;
    lie[key] ^= 1;
    std::fs::write(&path, &lie).unwrap();
    look_up().exits(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        look_up().exits(1);
    }
    // It was made anew, and is its owner's.
    assert_ne!(std::fs::read(&path).unwrap(), lie);
    look_up().exits(1);
    // One of another list, as after a kill between the two, is not believed either.
    scene.bench.write(index, &lie);
    let list = files.iter().find(|it| it.ends_with(".crl")).unwrap();
    let bytes = std::fs::read(scene.bench.path(list)).unwrap();
    std::fs::remove_file(scene.bench.path(list)).unwrap();
    scene.bench.write(list, bytes);
    look_up().exits(1);
}
