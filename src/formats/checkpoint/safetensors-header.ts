/**
 * The head of a model in safetensors (huggingface/safetensors): 8 bytes of its length, then JSON with the name, the type, the shape and
 * the place of each tensor. Their numbers are not read here. A file from anywhere is hostile until everything has been checked.
 */
import { numbersOf, STORED_TYPES, type StoredTensor, type StoredType } from '../../models/checkpoint/stored-tensor.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import { field, integer, type JsonNode, jsonRoot, list, type Refuse, text } from '../../json/json-path.ts';

const LONGEST_HEAD = 2 ** 26;
const MOST_TENSORS = 65_536;
const MOST_DIMENSIONS = 8;

/**
 * Tensors of a file of `fileBytes` from its first bytes, in the order of their places; where these are too few, the number of bytes that
 * are wanted. Throws `model-checkpoint-invalid` and `model-checkpoint-unknown`, naming what is wrong.
 */
export function parseSafetensorsHead(
  bytes: Uint8Array,
  file: string,
  fileBytes: number,
): readonly StoredTensor[] | number {
  const refuse: Refuse = (message) => damaged(file, message);
  if (fileBytes < 8) refuse(`${file} has ${fileBytes} bytes, too few for a safetensors file.`);
  if (bytes.length < 8) return 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 4_294_967_296;
  if (length > LONGEST_HEAD) refuse(`${file} claims a header of ${length} bytes; at most ${LONGEST_HEAD} are read.`);
  const start = 8 + length;
  if (start > fileBytes)
    refuse(`${file} claims a header of ${length} bytes, but only ${fileBytes - 8} follow: it is cut short.`);
  if (start > bytes.length) return start;
  const root = jsonRoot(decoded(bytes.subarray(8, start), file), `${file} header`, refuse);
  const { value } = root;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${file} header must be an object.`);
  const names = Object.keys(value).filter((name) => name !== '__metadata__');
  if (names.length > MOST_TENSORS) refuse(`${file} holds ${names.length} tensors; at most ${MOST_TENSORS} are read.`);
  const dataBytes = fileBytes - start;
  let next = 0;
  const tensors = names
    .map((name) => entryOf(field(root, name), name, dataBytes, file))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
    .map(({ begin, end, ...tensor }): StoredTensor => {
      if (begin !== next)
        refuse(
          `${file}: tensor "${tensor.name}" begins at byte ${begin}, where ${next} is next: tensors overlap or leave a gap.`,
        );
      next = end;
      return { ...tensor, file, offset: start + begin, bytes: end - begin };
    });
  if (next !== dataBytes) refuse(`${file} holds ${dataBytes} bytes of data, but its header describes ${next}.`);
  return tensors;
}

function entryOf(
  node: JsonNode,
  name: string,
  dataBytes: number,
  file: string,
): Omit<StoredTensor, 'file' | 'offset' | 'bytes'> & { readonly begin: number; readonly end: number } {
  const { path, refuse } = node;
  const type = text(field(node, 'dtype'));
  if (type !== 'F32' && type !== 'F16' && type !== 'BF16')
    notRead(
      file,
      `${path} is of the type ${JSON.stringify(type.slice(0, 20))}; of safetensors F32, F16 and BF16 are read.`,
    );
  const dims = list(field(node, 'shape'), 0, MOST_DIMENSIONS).map((size) => integer(size, 1, dataBytes));
  const [begin = 0, end = 0] = list(field(node, 'data_offsets'), 2, 2).map((offset) => integer(offset, 0, dataBytes));
  const size = numbersOf({ dims }) * STORED_TYPES[type as StoredType].bytes;
  if (end - begin !== size)
    return refuse(`${path}.data_offsets span ${end - begin} bytes, but ${type} [${dims.join(', ')}] needs ${size}.`);
  return { name, type: type as StoredType, dims, begin, end };
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return damaged(file, `${file} header is not UTF-8.`);
  }
}

/** Which file holds each tensor, from the text of `model.safetensors.index.json`. Throws `model-checkpoint-invalid`. */
export function parseShardIndex(source: string, file: string): ReadonlyMap<string, string> {
  const refuse: Refuse = (message) => damaged(file, message);
  const map = field(jsonRoot(source, file, refuse), 'weight_map');
  if (typeof map.value !== 'object' || map.value === null || Array.isArray(map.value))
    return refuse(`${map.path} must be an object.`);
  return new Map(
    Object.keys(map.value).map((name) => {
      const shard = text(field(map, name));
      // A file from anywhere must not name files that lie elsewhere.
      if (!/^(?!\.{1,2}$)[\w.-]{1,200}\.safetensors$/.test(shard))
        refuse(
          `${map.path} takes ${JSON.stringify(name.slice(0, 80))} from ${JSON.stringify(shard.slice(0, 80))}, which is no name of a shard beside it.`,
        );
      return [name, shard];
    }),
  );
}
