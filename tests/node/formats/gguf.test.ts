/** Control vectors in GGUF, against the files of the `gguf` package (tests/fixtures/control-vector/make_gguf_fixture.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts';
import type { ModelIdentity } from '../../../src/probe/probe-types.ts';
import { controlVectorOf, directionsFrom } from '../../../src/formats/containers/control-vector.ts';
import { readControlVector, writeControlVector } from '../../../src/formats/containers/gguf.ts';
import { refusal } from '../../fixtures/refusal.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/control-vector/${name}`, import.meta.url)));
const made = fixture('control-vector.gguf');
/** The numbers of the fixture script. */
const numbers = (n: number): Float32Array =>
  Float32Array.from({ length: 5 }, (_, i) => (((n * 7 + i * 3) % 11) - 5) / 6);
const content = { name: 'Kind–cruel', model: 'toy-model', vectors: new Map([1, 2, 4].map((n) => [n, numbers(n)])) };

describe('a control vector', () => {
  it('that the gguf package wrote is read', () => {
    expect(readControlVector(made, 'v.gguf')).toEqual(content);
  });

  it('is written byte for byte as the package writes it, whatever the order of the directions', () => {
    const shuffled = new Map([4, 1, 2].map((n) => [n, numbers(n)]));
    expect(Buffer.from(writeControlVector({ ...content, vectors: shuffled })).equals(Buffer.from(made))).toBe(true);
  });

  it('in half precision is read', () => {
    const read = readControlVector(fixture('control-vector-f16.gguf'), 'v.gguf');
    expect([...read.vectors.keys()]).toEqual([1, 2, 4]);
    for (const [n, values] of read.vectors)
      expect(values).toEqual(numbers(n).map((value) => halfToFloat(floatToHalf(value))));
  });

  it('without a name says nothing in its place, and a file whose last tensor is not padded is read', () => {
    const bytes = writeControlVector({ ...content, name: '' });
    expect(readControlVector(bytes, 'v.gguf').name).toBe('');
    expect(readControlVector(bytes.subarray(0, bytes.length - 12), 'v.gguf').vectors).toEqual(content.vectors);
  });

  it('that could not be read again is not written', () => {
    const write = (vectors: [number, Float32Array][]) => () =>
      writeControlVector({ ...content, vectors: new Map(vectors) });
    expect(write([])).toThrow(RangeError);
    expect(write([[0, numbers(1)]])).toThrow(/direction 0/);
    expect(write([[1.5, numbers(1)]])).toThrow(RangeError);
    expect(
      write([
        [1, numbers(1)],
        [2, new Float32Array(4)],
      ]),
    ).toThrow(/direction 2 has 4 numbers, the first 5/);
  });
});

/** Little-endian pieces of a hostile file. */
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const u64 = (value: bigint): number[] => [...new Uint8Array(BigUint64Array.of(value).buffer)];
const text = (value: string): number[] => [
  ...u64(BigInt(new TextEncoder().encode(value).length)),
  ...new TextEncoder().encode(value),
];
const head = (tensors: bigint, keys: bigint): number[] => [
  0x47,
  0x47,
  0x55,
  0x46,
  ...u32(3),
  ...u64(tensors),
  ...u64(keys),
];
const ARCH = [...text('general.architecture'), ...u32(8), ...text('controlvector')];
const info = (name: string, { rank = 1, hidden = 8n, type = 0, offset = 0n } = {}): number[] => [
  ...text(name),
  ...u32(rank),
  ...Array.from({ length: rank }, () => u64(hidden)).flat(),
  ...u32(type),
  ...u64(offset),
];
/** A file of the given keys and tensor infos with eight ones for each tensor. */
const file = (infos: number[][], keys: number[][] = [ARCH], data = infos.length * 32): Uint8Array => {
  const start = [...head(BigInt(infos.length), BigInt(keys.length)), ...keys.flat(), ...infos.flat()];
  const pad = (32 - (start.length % 32)) % 32;
  return Uint8Array.from([
    ...start,
    ...new Array<number>(pad).fill(0),
    ...Array.from({ length: data / 4 }, () => [0, 0, 128, 63]).flat(),
  ]);
};
const patched = (at: number, ...values: number[]): Uint8Array => {
  const out = made.slice();
  out.set(values, at);
  return out;
};

test('the hand-made file of the refusals below is itself in order, with keys of every type passed over', () => {
  const keys = [
    ARCH,
    [...text('a.flag'), ...u32(7), 1],
    [...text('a.big'), ...u32(12), ...u64(1n)],
    [...text('a.names'), ...u32(9), ...u32(8), ...u64(2n), ...text('x'), ...text('')],
    [...text('a.bytes'), ...u32(9), ...u32(0), ...u64(3n), 1, 2, 3],
  ];
  expect(readControlVector(file([info('direction.3')], keys), 'v.gguf')).toEqual({
    name: '',
    model: '',
    vectors: new Map([[3, new Float32Array(8).fill(1)]]),
  });
});

test.each<[string, Uint8Array, string]>([
  ['is empty', new Uint8Array(0), 'v.gguf is not a GGUF file'],
  ['is something else', new TextEncoder().encode('{"format": "flipside-probe"}'), 'v.gguf is not a GGUF file'],
  ['is of version 2', patched(4, 2), 'GGUF version 2; only version 3'],
  ['is big-endian', patched(4, 0, 0, 0, 3), 'big-endian'],
  ['claims too many tensors', patched(8, ...u64(1n << 50n)), 'tensor count is 1125899906842624; at most 511'],
  ['claims too many keys', patched(16, ...u64(1n << 40n)), 'key count is 1099511627776; at most 4096'],
  ['claims a key longer than the file', patched(24, ...u64(60000n)), 'v.gguf key 1 takes 60000 bytes, but only'],
  ['claims a huge key', patched(24, ...u64(0xffffffffffffffffn)), 'key 1 (its length)'],
  [
    'has a key of an unknown type',
    file([info('direction.1')], [ARCH, [...text('k'), ...u32(13)]]),
    '"k" has the unknown type 13',
  ],
  [
    'has a list of lists',
    file([info('direction.1')], [ARCH, [...text('k'), ...u32(9), ...u32(9), ...u64(1n)]]),
    '"k" is a list of the type 9',
  ],
  [
    'has a list longer than the file',
    file([info('direction.1')], [ARCH, [...text('k'), ...u32(9), ...u32(10), ...u64(1n << 50n)]]),
    '"k" takes 9007199254740992 bytes',
  ],
  [
    'has a list of more strings than the file',
    file([info('direction.1')], [ARCH, [...text('k'), ...u32(9), ...u32(8), ...u64(1n << 50n)]]),
    '"k"[',
  ],
  ['names a key twice', file([info('direction.1')], [ARCH, ARCH]), '"general.architecture" comes twice'],
  [
    'is a model',
    file([info('direction.1')], [[...text('general.architecture'), ...u32(8), ...text('llama')]]),
    'general.architecture must be "controlvector", got "llama"',
  ],
  [
    'does not say what it is',
    file([info('direction.1')], []),
    'general.architecture must be "controlvector", got null',
  ],
  ['has no tensors', file([]), 'holds no direction'],
  [
    'is aligned to 3',
    file([info('direction.1')], [ARCH, [...text('general.alignment'), ...u32(4), ...u32(3)]]),
    'general.alignment must be a power of two',
  ],
  [
    'is aligned to 0',
    file([info('direction.1')], [ARCH, [...text('general.alignment'), ...u32(4), ...u32(0)]]),
    'general.alignment must be a power of two',
  ],
  [
    'counts its layers in words',
    file([info('direction.1')], [ARCH, [...text('controlvector.layer_count'), ...u32(8), ...text('many')]]),
    'controlvector.layer_count must be a whole number',
  ],
  [
    'counts its layers below nothing',
    file([info('direction.1')], [ARCH, [...text('controlvector.layer_count'), ...u32(5), ...u32(0xffffffff)]]),
    'controlvector.layer_count must be a whole number from 1, got -1',
  ],
  [
    'hides a character in its hint',
    file([info('direction.1')], [ARCH, [...text('controlvector.model_hint'), ...u32(8), ...text('a\u202eb')]]),
    'controlvector.model_hint holds the invisible character U+202E',
  ],
  [
    'has a hint that is not UTF-8',
    file([info('direction.1')], [ARCH, [...text('controlvector.model_hint'), ...u32(8), ...u64(1n), 0xff]]),
    '"controlvector.model_hint" is not UTF-8',
  ],
  ['has a direction 0', file([info('direction.0')]), '"direction.0" must be named "direction.N"'],
  ['has a direction 512', file([info('direction.512')]), '"direction.512" must be named'],
  ['has a tensor of another name', file([info('blk.0.attn_q.weight')]), 'tensor 1 "blk.0.attn_q.weight" must be named'],
  [
    'has a direction twice',
    file([info('direction.1'), info('direction.1', { offset: 32n })]),
    'tensor 2 "direction.1" comes twice',
  ],
  ['has a matrix', file([info('direction.1', { rank: 2 })]), 'must have one dimension, got 2'],
  [
    'has four thousand million dimensions',
    file([[...text('direction.1'), ...u32(0xffffffff)]]),
    'tensor 1 "direction.1" must have one dimension, got 4294967295',
  ],
  ['has an empty direction', file([info('direction.1', { hidden: 0n })]), '"direction.1" is empty'],
  [
    'has a direction of 2^40 numbers',
    file([info('direction.1', { hidden: 1n << 40n })]),
    '"direction.1" length is 1099511627776; at most 65536',
  ],
  ['has quantised numbers', file([info('direction.1', { type: 2 })]), 'must be F32 or F16 (type 0 or 1), got type 2'],
  [
    'has directions of two widths',
    file([info('direction.1'), info('direction.2', { hidden: 4n, offset: 32n })]),
    '"direction.2" has 4 numbers, the first direction 8',
  ],
  [
    'has tensors that overlap',
    file([info('direction.1'), info('direction.2')]),
    '"direction.2" begins at byte 0 of the data, where 32 is next',
  ],
  ['has a tensor off its place', file([info('direction.1', { offset: 4n })]), '"direction.1" begins at byte 4'],
  ['has an offset beyond everything', file([info('direction.1', { offset: 1n << 62n })]), '"direction.1" offset is'],
  [
    'is cut short',
    made.subarray(0, made.length - 13),
    '"direction.4" needs 20 bytes from byte 416, but the file has 435',
  ],
  ['goes on after its end', Uint8Array.from([...made, 0]), 'has 1 bytes after its last direction'],
  [
    'holds an infinity',
    patched(352 + 4, 0, 0, 128, 127),
    '"direction.1" holds a number that is not finite, at index 1',
  ],
])('a control vector that %s is refused and says where', (_, bytes, message) => {
  const record = refusal(() => readControlVector(bytes, 'v.gguf'));
  expect(record.code).toBe('tensor-file-invalid');
  expect(record.message).toContain(message);
  expect(record.details).toEqual({ file: 'v.gguf' });
});

test('no byte of a file, whatever it becomes, does anything but read or be refused', () => {
  for (let at = 0; at < 352; at += 1) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      try {
        readControlVector(patched(at, value), 'v.gguf');
      } catch (error) {
        expect(error, `byte ${at} as ${value}`).toBeInstanceOf(AppError);
      }
    }
  }
});

describe('a probe as a control vector', () => {
  const model: ModelIdentity = { id: 'toy', weightsSha256: '0'.repeat(64), layerCount: 4, hidden: 3 };
  const rows = (first: number): Float32Array => Float32Array.from({ length: 15 }, (_, i) => first + i);
  const probe = {
    title: 'Kind–cruel',
    axis: { positive: 'kind', negative: 'cruel', neutral: 'plain' },
    model,
    steering: rows(0),
    directions: rows(100),
  };

  it('has the layers 2 to the last as direction 1 to the last block', () => {
    const vector = controlVectorOf(probe, 'steering');
    expect(vector).toMatchObject({ name: 'Kind–cruel (steering, cruel to kind)', model: 'toy' });
    expect([...vector.vectors]).toEqual([
      [1, Float32Array.of(6, 7, 8)],
      [2, Float32Array.of(9, 10, 11)],
      [3, Float32Array.of(12, 13, 14)],
    ]);
    expect(controlVectorOf(probe, 'directions').vectors.get(1)).toEqual(Float32Array.of(106, 107, 108));
  });

  it('comes back through a file as it was, but for the two layers that the format cannot name', () => {
    const back = directionsFrom(
      readControlVector(writeControlVector(controlVectorOf(probe, 'steering')), 'v.gguf'),
      model,
    );
    expect(back).toEqual(rows(0).fill(0, 0, 6));
  });

  it('is refused by a model of another width and by one with fewer blocks', () => {
    const vector = controlVectorOf(probe, 'steering');
    expect(refusal(() => directionsFrom(vector, { ...model, hidden: 4 }))).toMatchObject({
      code: 'probe-width-mismatch',
      message: expect.stringContaining('for "toy" has 3 numbers a layer, but toy gives 4') as string,
    });
    expect(refusal(() => directionsFrom(vector, { ...model, layerCount: 3 }))).toMatchObject({
      code: 'probe-width-mismatch',
      message: expect.stringContaining('block 3, but the last block of toy is 2') as string,
    });
  });
});
