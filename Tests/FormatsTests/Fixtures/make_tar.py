"""Writes tar files in the formats of Python's tarfile, and one by webdataset: make_tar.py [FOLDER]"""

import io
import pathlib
import sys
import tarfile

import webdataset

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
long = "folder/" + "n" * 120 + ".cls"
for name, kind in [("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT), ("ustar", tarfile.USTAR_FORMAT)]:
    with tarfile.open(folder / f"{name}.tar", "w", format=kind) as archive:
        def add(path, data=b"", type=tarfile.REGTYPE, link=""):
            member = tarfile.TarInfo(path)
            member.size, member.type, member.linkname = len(data), type, link
            archive.addfile(member, io.BytesIO(data))

        add("folder", type=tarfile.DIRTYPE)
        add("folder/a.cls", b"1")
        add(long if kind != tarfile.USTAR_FORMAT else "p" * 90 + "/" + "n" * 80 + ".cls", b"22")
        add("folder/ü.cls", b"333")
        add("folder/link.cls", type=tarfile.SYMTYPE, link="a.cls")
        add("folder/hard.cls", type=tarfile.LNKTYPE, link="folder/a.cls")
        add("folder/pipe", type=tarfile.FIFOTYPE)
        add("folder/empty.cls")
        add("folder/z.cls", b"z" * 700)

with webdataset.TarWriter(str(folder / "webdataset.tar"), mtime=0, user="u", group="g") as writer:
    for index in range(3):
        writer.write({"__key__": f"{index:05d}", "cls": index, "json": {"label": index, "name": f"n{index}"}})
