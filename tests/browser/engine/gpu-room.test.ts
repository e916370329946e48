/** A graphics card with too little memory, in real Chromium: for a long text, and for the model itself. */
import { beforeEach, expect, test } from 'vitest';
import type { LoadProgress } from '../../../src/models/engine-report.ts';
import { placeDecoder } from '../../../src/engine/open-decoder.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { PASS } from '../../fixtures/toy/toy-decoding.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';
import { type Room, watchDevices } from '../../fixtures/watched-device.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';

const files = toyDecoderFiles({ layerCount: 1 });
const tokenizer = toyTokenizer();
const never = new AbortController().signal;
/** Bytes of one buffer of keys, or of values, for one token. */
const TOKEN_BYTES = 4 * TOY.kvHeads * TOY.headDim;

let room: Room;
watchDevices((label, bytes) => room(label, bytes));
beforeEach(() => {
  room = () => true;
});

/** Reads a text of so many letters; the tokens that were told. */
async function readLetters(run: TextRun, letters: number, told: number[] = []): Promise<number[]> {
  const text = 'She fed the dog and went home. '.repeat(40).slice(0, letters);
  await run.read(
    text,
    { readouts: false },
    { tokens: ({ pieces }) => void told.push(...pieces.map(({ id }) => id)), readout: () => undefined },
    never,
  );
  return told;
}

test('a text whose keys and values do not fit is refused with what it needs and what fits; what was read stays, and a shorter text is read', async () => {
  room = (label, bytes) => label !== 'flipside cache' || bytes <= 600 * TOKEN_BYTES;
  const { decoder } = await openWebDecoder(files, 'webgpu', { hooked: true });
  const run = new TextRun({
    decoder,
    tokenizer,
    scorer: wholeScorer([], { layers: 2, hidden: TOY.hidden, count: 1 }),
    chunkTokens: PASS,
    endTokens: [],
  });
  const told: number[] = [];
  await expect(readLetters(run, 700, told)).rejects.toMatchObject({
    code: 'gpu-memory-refused',
    message:
      'The graphics processor has no room for the keys and values of 608 tokens (1 MB); those of 592 fit. Read a text of at most 592 tokens, or close other tabs that use it.',
    details: { tokens: 608, fits: 592 },
  });
  // The buffers could not be doubled beyond 512 tokens, and grew by a pass at a time as long as they could.
  expect(told).toHaveLength(592);
  run.dispose();
  const next = new TextRun({
    decoder,
    tokenizer,
    scorer: wholeScorer([], { layers: 2, hidden: TOY.hidden, count: 1 }),
    chunkTokens: PASS,
    endTokens: [],
  });
  expect(await readLetters(next, 592)).toEqual(told);
  next.dispose();
  await decoder.dispose();
}, 120_000);

test('a card without room for the weights is not used: the model runs on the processor, and the reason is told', async () => {
  room = (label, bytes) => label.startsWith('flipside') || bytes <= 4096;
  const steps: LoadProgress['phase'][] = [];
  const placed = await placeDecoder({
    files,
    weightsSha256: 'ab'.repeat(32),
    tokenizer,
    wanted: 'auto',
    onProgress: ({ phase }) => void steps.push(phase),
    signal: never,
  });
  expect(placed).toMatchObject({ backend: 'wasm', fallback: { cause: 'no-room' } });
  expect(placed.fallback!.detail).toMatch(/no room for the model/);
  const pass = await placed.decoder.run([1, 2, 3], null);
  expect(pass.logits.every((value) => Number.isFinite(value))).toBe(true);
  pass.cache.dispose();
  await placed.decoder.dispose();
}, 120_000);
