"""Makes small image files of every kind, and images.npz with their pixels from PIL: NAME from convert("RGB"), grey/NAME from
convert("L"), and wide/NAME the 16-bit samples of files that have them.

python3 make_image_files.py   (PIL 13.0; the images are computed, not photographs)
"""
import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

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

png("alpha-sixteen-bits.png", size + bytes([16, 6, 0, 0, 0]),
    b"".join(b"\0" + np.concatenate([row, row[:, :1]], -1).astype(">u2").tobytes() for row in sixteen))

rgb.save(folder / "colour.webp", quality=80)
rgb.save(folder / "lossless.webp", lossless=True)
transparent.save(folder / "alpha.webp", quality=80, exact=True)
transparent.save(folder / "alpha-lossless.webp", lossless=True, exact=True)
# The second picture differs in a corner only.
other = rgb.copy()
other.paste((255, 0, 0), (30, 20, 40, 30))
rgb.save(folder / "animation.webp", save_all=True, append_images=[other], lossless=True, duration=100)
# A first picture that does not cover the whole image.
part = (folder / "lossless.webp").read_bytes()[12:]
frame = b"".join(number.to_bytes(3, "little") for number in (2, 3, 52, 39, 100)) + b"\0" + part


def riff(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


canvas = b"\x02\0\0\0" + (59).to_bytes(3, "little") + (47).to_bytes(3, "little")
framed = b"WEBP" + riff(b"VP8X", canvas) + riff(b"ANIM", b"\xff\xff\xff\xff\0\0") + riff(b"ANMF", frame)
(folder / "framed.webp").write_bytes(riff(b"RIFF", framed))
rgb.save(folder / "oriented.webp", lossless=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")


def tiff(name, samples, photometric, order="<", tile=None, separate=False, compress=True, predict=False, extra=None,
         orientation=1, big=False):
    """Makes a TIFF file of samples, height x width x samples, of a kind that PIL does not write."""
    height, width, count = samples.shape
    bits = 8 * samples.dtype.itemsize
    stored = samples.astype(samples.dtype.newbyteorder(order))
    rows, columns = tile or (16, width)
    chunks = []
    for plane in range(count) if separate else [slice(None)]:
        for top in range(0, height, rows):
            for left in range(0, width, columns):
                part = stored[top:top + rows, left:left + columns, plane].reshape(
                    min(rows, height - top), -1, 1 if separate else count)
                if tile:
                    part = np.pad(part, [(0, rows - part.shape[0]), (0, columns - part.shape[1]), (0, 0)])
                if predict:
                    part = np.concatenate([part[:, :1], part[:, 1:] - part[:, :-1]], 1).astype(part.dtype)
                data = part.tobytes()
                chunks.append(zlib.compress(data) if compress else data)
    tags = [(256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * count), (259, 3, [8 if compress else 1]),
            (262, 3, [photometric]), (274, 3, [orientation]), (277, 3, [count]), (284, 3, [2 if separate else 1])]
    if tile:
        tags += [(322, 4, [columns]), (323, 4, [rows]), (324, 4, None), (325, 4, [len(c) for c in chunks])]
    else:
        tags += [(278, 4, [rows]), (273, 4, None), (279, 4, [len(c) for c in chunks])]
    if predict:
        tags.append((317, 3, [2]))
    if samples.dtype.kind == "f":
        tags.append((339, 3, [3]))
    if extra is not None:
        tags.append((338, 3, [extra]))
    tags.sort()
    head, word, entry = (16, "Q", 20) if big else (8, "I", 12)
    directory = head + (8 if big else 2) + entry * len(tags) + (8 if big else 4)
    sizes = {3: 2, 4: 4}
    longer = sum(sizes[kind] * len(values or chunks) for _, kind, values in tags
                 if sizes[kind] * len(values or chunks) > (8 if big else 4))
    starts = [directory + longer + sum(map(len, chunks[:place])) for place in range(len(chunks))]
    entries = after = b""
    for tag, kind, values in tags:
        values = starts if values is None else values
        data = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
        field = struct.pack(f"{order}HH{word}", tag, kind, len(values))
        if len(data) > (8 if big else 4):
            entries += field + struct.pack(order + word, directory + len(after))
            after += data
        else:
            entries += field + data.ljust(8 if big else 4, b"\0")
    mark = b"II" if order == "<" else b"MM"
    start = struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8)
    count = struct.pack(order + ("Q" if big else "H"), len(tags))
    last = struct.pack(order + word, 0)
    (folder / name).write_bytes(mark + start + count + entries + last + after + b"".join(chunks))


def inverse(channels):
    return 255 - channels


wide = np.round(picture * 65535).astype(np.uint16)
level = np.asarray(rgb.convert("L"))[:, :, None]
opacity = np.asarray(alpha)[:, :, None]
rgb.save(folder / "colour.tif")
rgb.save(folder / "lzw.tif", compression="tiff_lzw")
rgb.save(folder / "packbits.tif", compression="packbits")
rgb.save(folder / "jpeg.tif", compression="jpeg", quality=90)
rgb.convert("1").save(folder / "fax.tif", compression="group4")
rgb.convert("YCbCr").save(folder / "brightness.tif")
rgb.convert("CMYK").save(folder / "cmyk.tif", compression="tiff_lzw")
rgb.quantize(16).save(folder / "palette.tif")
rgb.save(folder / "pages.tif", save_all=True, append_images=[other], compression="tiff_lzw")
tiff("tiles.tif", eight, 2, tile=(16, 32), predict=True)
tiff("planes.tif", eight, 2, separate=True, order=">")
tiff("plane-tiles.tif", eight, 2, separate=True, tile=(16, 16))
tiff("big.tif", eight, 2, big=True)
tiff("grey.tif", level, 1)
tiff("white-is-zero.tif", inverse(level), 0)
tiff("opacity.tif", np.concatenate([eight, opacity], -1), 2, extra=2)
multiplied = np.round(eight * (opacity / 255.0)).astype(np.uint8)
tiff("multiplied.tif", np.concatenate([multiplied, opacity], -1), 2, extra=1)
for number in range(1, 9):
    tiff(f"oriented-{number}.tif", eight[:24, :17], 2, orientation=number)
tiff("sixteen-bits.tif", wide, 2, order=">", predict=True)
tiff("grey-sixteen-bits.tif", wide[:, :, :1], 1, predict=True)
tiff("sixteen-bit-tiles.tif", wide[:, :, :1], 1, tile=(32, 32), compress=False, order=">")
# Kinds that are refused.
tiff("floats.tif", picture.astype(np.float32)[:8, :8, :1], 1)
tiff("five-channels.tif", np.concatenate([eight, eight[:, :, :2]], -1)[:8, :8], 1, extra=0)
# A header for 60000 x 60000 pixels.
bomb = bytearray((folder / "big.tif").read_bytes())
for tag in (256, 257):
    at = bomb.index(struct.pack("<HHQ", tag, 4, 1)) + 12
    bomb[at:at + 4] = struct.pack("<I", 60000)
(folder / "bomb.tif").write_bytes(bomb)
bomb = bytearray((folder / "lossless.webp").read_bytes())
# 16384 x 16384, the most of lossless files: 14 bits each after the signature.
at = bomb.index(b"VP8L") + 9
bomb[at:at + 4] = struct.pack("<I", struct.unpack("<I", bomb[at:at + 4])[0] | 0x0FFFFFFF)
(folder / "bomb.webp").write_bytes(bomb)

pixels = {}
wides = {"sixteen-bits.png": wide, "alpha-sixteen-bits.png": wide, "grey-sixteen-bits.png": wide[:, :, :1],
         "sixteen-bits.tif": wide, "grey-sixteen-bits.tif": wide[:, :, :1], "sixteen-bit-tiles.tif": wide[:, :, :1]}
for path in sorted(folder.iterdir()):
    if path.stem in ("bomb", "floats", "five-channels"):
        continue
    if path.name in wides:
        # PIL clips grey ones to 255 and truncates colours; here both are rounded.
        image = wides[path.name].astype(np.uint32)
        image = Image.fromarray(np.repeat((image * 255 + 32895 >> 16).astype(np.uint8), 3 // image.shape[2], -1))
        pixels[f"wide/{path.name}"] = wides[path.name]
    else:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(path.read_bytes())))
    pixels[path.name] = np.asarray(image.convert("RGB"))
    pixels[f"grey/{path.name}"] = np.asarray(image.convert("L"))[:, :, None]
np.savez_compressed(Path(__file__).parent / "images.npz", **pixels)
