// Reads the messages that packing.py packs: a header in JSON, then arrays and images as bytes.

/** @type {Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown>} */
const READ = {
  png(bytes) {
    /** @type {import("messages").Image} */
    const image = { bitmap: null }; // until it is decoded
    createImageBitmap(new Blob([bytes])).then((bitmap) => { image.bitmap = bitmap; });
    return image;
  },
  uint8: (bytes) => bytes,
  uint16: (bytes) => new Uint16Array(bytes.buffer),
  int32: (bytes) => new Int32Array(bytes.buffer),
  float32: (bytes) => new Float32Array(bytes.buffer),
  float64: (bytes) => new Float64Array(bytes.buffer),
};

/**
 * @param {Uint8Array} bytes
 * @returns {import("messages").Update}
 */
export function unpack(bytes) {
  let at = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = new TextDecoder().decode(bytes.subarray(4, at));
  return JSON.parse(header, (_, value) => (
    READ[value?.kind]?.(bytes.slice(at, at += value.size)) ?? value
  ));
}
