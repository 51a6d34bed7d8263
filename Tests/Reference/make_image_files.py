"""Makes small image files of every kind, and images.npz with their pixels from PIL's convert("RGB").

python3 make_image_files.py   (PIL 13.0; the images are computed, not photographs)
"""
import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(__file__).parent / "images"
folder.mkdir(exist_ok=True)


def scene(height, width):
    """Smooth shades, edges and fine lines: floats in 0...1, height x width x 3."""
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    red = 0.5 + 0.4 * np.sin(7 * x + 3 * y)
    green = np.where((x - 0.6) ** 2 + (y - 0.4) ** 2 < 0.07, 0.9, 0.3 + 0.4 * y)
    blue = 0.5 + 0.3 * np.cos(40 * x * y) + np.where(np.abs(x - y) < 0.03, 0.2, 0)
    return np.clip(np.stack([red, green, blue], -1), 0, 1)


def png(name, header, rows, *chunks):
    """Makes a PNG file chunk by chunk, of a kind that PIL does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    body = b"".join(chunk(*c) for c in [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])
    (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + body)


picture = scene(40, 53)
eight = np.round(picture * 255).astype(np.uint8)
rgb = Image.fromarray(eight)
rgb.save(folder / "colour.jpg", quality=90)
rgb.save(folder / "full-chroma.jpg", quality=95, subsampling=0)
rgb.save(folder / "progressive.jpg", quality=80, progressive=True)
rgb.convert("L").save(folder / "grey.jpg", quality=90)
rgb.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
rgb.save(folder / "colour.png")
rgb.convert("L").save(folder / "grey.png")
rgb.convert("1").save(folder / "one-bit.png")
alpha = Image.fromarray(np.round(np.linspace(0, 255, 40 * 53)).astype(np.uint8).reshape(40, 53))
transparent = rgb.copy()
transparent.putalpha(alpha)
transparent.save(folder / "alpha.png")
grey = rgb.convert("LA")
grey.putalpha(alpha)
grey.save(folder / "grey-alpha.png")
rgb.quantize(16).save(folder / "palette.png", transparency=3)
size = struct.pack(">II", 53, 40)
rows = b"".join(b"\0" + row.tobytes() for row in eight)
png("gamma.png", size + bytes([8, 2, 0, 0, 0]), rows, (b"gAMA", struct.pack(">I", 100000)))
sixteen = np.round(picture * 65535).astype(">u2")
png("sixteen-bits.png", size + bytes([16, 2, 0, 0, 0]), b"".join(b"\0" + row.tobytes() for row in sixteen))
png("grey-sixteen-bits.png", size + bytes([16, 0, 0, 0, 0]),
    b"".join(b"\0" + row.tobytes() for row in sixteen[:, :, 0]))
# A header for 30000 x 30000 pixels, followed by only one row.
png("bomb.png", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0), bytes(90001))
bomb = bytearray((folder / "colour.jpg").read_bytes())
at = bomb.index(b"\xff\xc0") + 5
bomb[at:at + 4] = struct.pack(">HH", 60000, 60000)
(folder / "bomb.jpg").write_bytes(bomb)

pixels = {}
for path in sorted(folder.iterdir()):
    if path.stem == "bomb":
        continue
    if path.name == "grey-sixteen-bits.png":
        # PIL clips these to 255; here they are scaled, as 16-bit colours are.
        pixels[path.name] = np.repeat((sixteen[:, :, :1] // 257).astype(np.uint8), 3, -1)
    else:
        pixels[path.name] = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))
np.savez_compressed(Path(__file__).parent / "images.npz", **pixels)
