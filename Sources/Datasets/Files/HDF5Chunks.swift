import Formats

extension HDF5Files {
  /// A notice if reading samples in random order unpacks far more than the samples, since a compressed chunk of `x` holds many of
  /// them; nil if not. `data` are the samples.
  package func chunkNotice(of data: NumPyDataset) throws -> String? {
    // Small arrays are in memory.
    guard data.loadsAhead, let chunk = try packedChunk(of: "x"), let rows = try stored("x").shape.first
    else { return nil }
    let samples = Double(chunk.rows) * Double(data.count) / Double(max(1, rows))
    guard samples > 64 || samples >= 2 && chunk.bytes > 16 << 20 else { return nil }
    return
      "\(path): a compressed chunk of \(title(of: "x")) holds \(Int(samples)) samples, \(max(1, chunk.bytes >> 20)) MiB, and is "
      + "unpacked for each sample that comes in random order. Write x with small chunks: chunks=(1, *x.shape[1:]) in "
      + "h5py's create_dataset; or set data.shuffle to false"
  }
}
