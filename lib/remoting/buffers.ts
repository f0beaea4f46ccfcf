/** Typed arrays, ArrayBuffers and DataViews as bytes behind one that says which of them it is. */
import { unfit } from './faults.ts';

/** All but Uint8Array, which MessagePack has itself. Their places are their numbers on the wire. */
export const typedArrays = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
/** Marks bytes that are an ArrayBuffer or a DataView, behind the numbers of the arrays above. */
const arrayBufferTag = 100;
const dataViewTag = 101;

export function encodeBuffer(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  const tag =
    value instanceof ArrayBuffer
      ? arrayBufferTag
      : value instanceof DataView
        ? dataViewTag
        : typedArrays.findIndex(one => value instanceof one);
  const bytes =
    value instanceof ArrayBuffer
      ? new Uint8Array(value)
      : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const data = new Uint8Array(1 + bytes.length);
  data[0] = tag;
  data.set(bytes, 1);
  return data;
}

/** The bytes are copied. */
export function decodeBuffer(data: Uint8Array): object {
  const [tag] = data;
  const { buffer } = data.slice(1);
  if (tag === arrayBufferTag) return buffer;
  if (tag === dataViewTag) return new DataView(buffer);
  const TypedArray = typedArrays[tag ?? -1];
  if (TypedArray !== undefined && buffer.byteLength % TypedArray.BYTES_PER_ELEMENT === 0)
    return new TypedArray(buffer);
  throw unfit('a typed array has the wrong kind or length');
}
