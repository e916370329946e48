/**
 * The numbers check can fail: a rewrite of each kind is broken in a real graph of a real family, and the check finds it without any
 * reference; a reference that was made elsewhere is read and held to.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { NumbersReport } from '../../../src/models/engine-report.ts';
import { AppError } from '../../../src/base/errors.ts';
import { serialiseSafetensors, type TensorToWrite } from '../../../src/formats/containers/safetensors.ts';
import { GQA } from '../../../src/graph/attention-node.ts';
import { ATTENTION_BIAS_INPUT } from '../../../src/graph/branching.ts';
import { hookDecoder, type HookedDecoder } from '../../../src/graph/decoder-hooks.ts';
import { GraphEdits } from '../../../src/graph/edits.ts';
import { encodeNodeWith, parseModel, writeModel, type GraphNode, type ModelGraph } from '../../../src/graph/graph.ts';
import { openNodeFiles, openNodeGraph } from '../../../src/engine/node/node-decoder.ts';
import { checkNumbers, limitsOf, type NumbersCheckParts } from '../../../src/engine/numbers/numbers-check.ts';
import { givenReference } from '../../../src/engine/numbers/given-reference.ts';
import type { DecoderFiles } from '../../../src/engine/ort/opening.ts';
import { familyFiles, familyReference, HIDDEN, LAYERS, type FamilyFacts } from '../../fixtures/families.ts';
import { flipside } from '../../fixtures/command.ts';
import { refusal, refusalOf } from '../../fixtures/refusal.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const FOLDER = new URL('../../fixtures/families/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('families.json', FOLDER), 'utf8')) as FamilyFacts;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, FOLDER)));
const never = new AbortController().signal;
/** Longer than the window of the Gemma, and than what is read of branches. */
const TEXTS = [{ name: 'numbers', ids: Array.from({ length: 26 }, (_, token) => (37 * token + 11) % 256) }];
const root = mkdtempSync(join(tmpdir(), 'flipside-numbers-'));
afterAll(() => rmSync(root, { recursive: true }));

const hooked = ({ graph }: DecoderFiles): HookedDecoder =>
  hookDecoder(graph, { branching: true, lengths: false, editing: false });

async function checked(files: DecoderFiles, cut: HookedDecoder): Promise<NumbersReport> {
  const decoder = await openNodeGraph(cut, files, 'a family');
  try {
    const untouched = async () => (await openNodeFiles(files, { hooked: false }, 'a family')).decoder;
    return await checkNumbers({
      decoder,
      chunkTokens: 16,
      untouched,
      rounds: cut.rounds,
      reference: [],
      texts: TEXTS,
      against: 'none',
      limits: limitsOf(cut.activations),
      onProgress: () => undefined,
      signal: never,
    });
  } finally {
    await decoder.dispose();
  }
}

/** The rewritten graph with changes made to it. */
function changed(cut: HookedDecoder, change: (model: ModelGraph, edits: GraphEdits) => void): HookedDecoder {
  const model = parseModel(cut.graph);
  const edits = new GraphEdits(model);
  change(model, edits);
  return { ...cut, graph: edits.write() };
}
const nodesOf = ({ nodes }: ModelGraph, opType: string): readonly GraphNode[] =>
  nodes.filter((node) => node.opType === opType);
const named = ({ nodes }: ModelGraph, name: string): GraphNode => nodes.find((node) => node.name === name)!;
const swapped = <T>(list: readonly T[], a: number, b: number): T[] =>
  list.map((item, at) => (at === a ? list[b]! : at === b ? list[a]! : item));

describe.each([
  ['llama', 'fp32'],
  ['llama', 'q4'],
  ['llama', 'quantized'],
  ['smollm2', 'q4-positions'],
  ['qwen2', 'int8'],
  ['qwen2', 'q4-keep'],
  ['qwen3', 'fp16'],
  ['gemma3', 'q4-cpu'],
  ['gemma3', 'q4f16'],
  ['smollm3', 'q4'],
] as const)('%s %s', (family, name) => {
  test('passes, against the graph as it was exported, and says what was compared with what', async () => {
    const files = await familyFiles(read, family, name);
    const report = await checked(files, hooked(files));
    expect(report).toMatchObject({ passed: true, against: 'none', rows: [] });
    for (const error of [report.placeError, report.branchError]) expect(error).toBeLessThan(report.ownLimit);
    expect([report.placeError, report.branchError]).not.toContain(null);
    expect(report.compared.join(' ')).toMatch(
      /^No reference lies with this model, so nothing here says whether its export computes what the model was trained to compute\..* graph as it was exported, on this device.*A vector was added after each of 3 layers.*branches off/,
    );
    expect(report.compared.join(' ').includes('whole numbers round')).toBe(name === 'quantized' || name === 'int8');
  });
});

/** Each breaks one kind of rewriting; the second is what finds it. */
const BROKEN: readonly (readonly [
  string,
  string,
  string,
  'untouchedLogitsError' | 'placeError' | 'branchError',
  (cut: HookedDecoder, files: DecoderFiles) => HookedDecoder,
])[] = [
  [
    'streams of two layers are mixed up',
    'llama',
    'fp32',
    'placeError',
    (cut) => ({ ...cut, streams: swapped(cut.streams, 1, 2) }),
  ],
  [
    'the embedding is taken behind the first layer',
    'llama',
    'fp32',
    'placeError',
    (cut) => ({ ...cut, streams: [cut.streams[1]!, ...cut.streams.slice(1)] }),
  ],
  [
    'a stream is taken before the branch is added',
    'gemma3',
    'q4-cpu',
    'placeError',
    (cut) => ({ ...cut, streams: cut.streams.with(LAYERS, cut.streams[LAYERS - 1]!) }),
  ],
  [
    'rotary tables by slot are mixed up',
    'llama',
    'fp32',
    'untouchedLogitsError',
    (cut) =>
      changed(cut, (model, edits) => {
        const [cos, sin] = ['flipside/cos_by_slot', 'flipside/sin_by_slot'].map((node) => named(model, node));
        edits.setInput(cos!, 0, sin!.inputs[0]!);
      }),
  ],
  [
    'the window of a layer is lost',
    'gemma3',
    'q4-cpu',
    'untouchedLogitsError',
    (cut) =>
      changed(cut, (model, edits) => {
        for (const node of nodesOf(model, 'GroupQueryAttention'))
          edits.setInput(node, GQA.attentionBias, ATTENTION_BIAS_INPUT);
      }),
  ],
  [
    'attention does not heed what hides other branches',
    'qwen2',
    'q4-keep',
    'branchError',
    (cut) =>
      changed(cut, (model, edits) => {
        for (const node of nodesOf(model, 'GroupQueryAttention').slice(0, 1))
          edits.setInput(node, GQA.attentionBias, '');
      }),
  ],
  [
    'rows of logits are picked before the norm',
    'llama',
    'fp32',
    'untouchedLogitsError',
    (cut) =>
      changed(cut, (model, edits) => edits.setInput(named(model, 'flipside/pick_rows'), 0, cut.streams[LAYERS]!)),
  ],
  [
    'products still round activations',
    'llama',
    'q4',
    'untouchedLogitsError',
    (cut, files) => {
      const stock = parseModel(files.graph);
      const levels = new Map(nodesOf(stock, 'MatMulNBits').map((node) => [node.name, node]));
      const model = parseModel(cut.graph);
      // The nodes as they were exported, with the level that lets them round, and what they are given now.
      const replaceNodes = new Map(
        nodesOf(model, 'MatMulNBits').flatMap((node) => {
          const old = levels.get(node.name);
          return old === undefined
            ? []
            : [[node, encodeNodeWith(old, { inputs: node.inputs, outputs: node.outputs })] as const];
        }),
      );
      return { ...cut, graph: writeModel(model, { replaceNodes, append: [] }) };
    },
  ],
  [
    'products of floats have the scale of another weight',
    'qwen2',
    'int8',
    'untouchedLogitsError',
    (cut) =>
      changed(cut, (model, edits) => {
        // Scales of one shape: of each layer's gate and up.
        const products = nodesOf(model, 'DequantizeLinear').filter(({ inputs }) =>
          /mlp\.?.*(gate|up)/.test(inputs[0] ?? ''),
        );
        for (const [at, node] of products.entries())
          edits.setInput(node, 1, products[(at + 1) % products.length]!.inputs[1]!);
        if (products.length === 0) throw new Error('no product of floats');
      }),
  ],
  [
    'a vector is added after another layer',
    'smollm3',
    'q4',
    'placeError',
    (cut) =>
      changed(cut, (model, edits) => {
        const adding = model.nodes.flatMap((node) =>
          node.inputs.flatMap((input, place) => (/flipside\.steer/.test(input) ? [{ node, input, place }] : [])),
        );
        const inputs = [...new Set(adding.map(({ input }) => input))];
        if (inputs.length < 2) throw new Error('no vectors are added');
        for (const { node, input, place } of adding)
          edits.setInput(node, place, inputs[(inputs.indexOf(input) + 1) % inputs.length]!);
      }),
  ],
];

test.each(BROKEN)('a rewrite where %s fails the check (%s %s, by its %s)', async (_, family, name, by, breaking) => {
  const files = await familyFiles(read, family, name);
  const report = await checked(files, breaking(hooked(files), files));
  expect(report.passed).toBe(false);
  expect(report[by]).toBeGreaterThan(by === 'untouchedLogitsError' ? report.untouchedLimit : report.ownLimit);
});

describe('a reference that was made elsewhere', () => {
  const sizes = { layerCount: LAYERS, hidden: HIDDEN, vocabulary: 256, contextTokens: 128, endTokens: [] };
  /** As the recipe of docs/models.md writes it, of what PyTorch gave for the small Llama. */
  async function fileOf(
    { scale = 1, ...other }: Readonly<Record<string, TensorToWrite | number>> = {},
    metadata: Record<string, string> = { story: 'words' },
  ): Promise<Uint8Array> {
    const { streams, logits, greedy } = await familyReference(read, facts, 'llama', 'fp32');
    const f32 = (shape: readonly number[], data: ArrayLike<number>): TensorToWrite => ({
      dtype: 'F32',
      shape,
      data: Float32Array.from(data),
    });
    const tensors = {
      'story.ids': f32([16], facts.tokens),
      'story.streams': f32(
        [LAYERS + 1, 16, HIDDEN],
        streams.map((value) => value * Number(scale)),
      ),
      'story.logits': f32([256], logits),
      'story.greedy': f32([greedy.length], greedy),
      ...(other as Record<string, TensorToWrite>),
    };
    return serialiseSafetensors(new Map(Object.entries(tensors)), metadata);
  }
  const start = (): readonly number[] => facts.tokens;
  const noRoom = (): Promise<never> =>
    Promise.reject(new AppError('model-session-failed', 'onnxruntime could not open the model: std::bad_alloc'));
  const check = async (bytes: Uint8Array, changed: Partial<NumbersCheckParts> = {}): Promise<NumbersReport> => {
    const files = await familyFiles(read, 'llama', 'fp32');
    const { decoder, shape } = await openNodeFiles(files, { hooked: true }, 'llama');
    try {
      const untouched = async () => (await openNodeFiles(files, { hooked: false }, 'llama')).decoder;
      return await checkNumbers({
        decoder,
        chunkTokens: 16,
        untouched,
        rounds: shape.rounds,
        reference: givenReference(bytes, 'mine.safetensors', sizes, start),
        texts: [],
        against: 'given',
        limits: limitsOf('float32'),
        onProgress: () => undefined,
        signal: never,
        ...changed,
      });
    } finally {
      await decoder.dispose();
    }
  };

  test('is agreed with at every layer, and named', async () => {
    const report = await check(await fileOf());
    expect(report).toMatchObject({
      passed: true,
      against: 'given',
      residualLimit: 2e-3,
      rows: [{ prompt: 'story', greedyMatches: 12, greedyTotal: 12 }],
    });
    expect(Math.max(...report.rows[0]!.residualError)).toBeLessThan(1e-5);
    expect(report.compared[0]).toContain('the reference file that was given');
  });

  test('suffices where the graph as it was exported has no room beside the one in use, which is said', async () => {
    const report = await check(await fileOf(), { untouched: noRoom });
    expect(report).toMatchObject({ passed: true, untouchedLogitsError: null });
    expect(report.compared[1]).toBe(
      'The graph as it was exported had no room beside this one, so the two were not compared with each other.',
    );
    expect(await check(await fileOf({ scale: 1.01 }), { untouched: noRoom })).toMatchObject({ passed: false });
    const without = { reference: [], against: 'none', texts: [{ name: 'story', ids: facts.tokens }] } as const;
    expect(await refusalOf(check(await fileOf(), { ...without, untouched: noRoom }))).toMatchObject({
      code: 'model-session-failed',
    });
  });

  test('of another model, whose stream is one part in a hundred longer, fails', async () => {
    expect(await check(await fileOf({ scale: 1.01 }))).toMatchObject({ passed: false });
  });

  test('that does not fit is refused by the tensor or the text', async () => {
    const refusedAs = (bytes: Uint8Array, cut = start): string =>
      refusal(() => givenReference(bytes, 'mine.safetensors', sizes, cut)).message;
    const tensor = (shape: readonly number[], value = 1): TensorToWrite => ({
      dtype: 'F32',
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
    });
    expect(refusedAs(await fileOf({ 'story.streams': tensor([3, 16, HIDDEN]) }))).toMatch(
      /mine\.safetensors: "story\.streams" must have the shape \[4, 16, 64\], and has \[3, 16, 64\]\. Make the reference again/,
    );
    expect(refusedAs(await fileOf({ 'story.greedy': tensor([2], 300) }))).toMatch(
      /"story\.greedy" must hold at most 2048 token ids below 256/,
    );
    expect(refusedAs(await fileOf(), () => [0, ...facts.tokens])).toMatch(
      /the text "story" is 16 tokens there \(11, 48,.*\) and 17 here \(0, 11,.*\): the two tokenizers do not cut it alike/,
    );
    expect(refusedAs(serialiseSafetensors(new Map([['x', tensor([1])]]), {}))).toMatch(
      /must hold 1 to 32 tensors by the name of NAME\.ids, and holds 0/,
    );
  });
});

test('the command holds a model without a reference to its own export, and one that is given to it', async () => {
  const folder = writeToyFolder(join(root, 'toy'), toyDecoderFiles(), 'model.onnx');
  const plain = await flipside('verify', '--model', folder);
  expect(plain.status).toBe(0);
  expect(JSON.parse(plain.stdout)).toMatchObject({
    passed: true,
    against: 'none',
    rows: [],
    compared: [
      expect.stringContaining('No reference lies with this model') as string,
      expect.stringContaining('2 texts were compared') as string,
      expect.anything() as string,
      expect.anything() as string,
    ],
  });
  writeFileSync(
    join(root, 'none.safetensors'),
    serialiseSafetensors(new Map([['x', { dtype: 'F32', shape: [1], data: new Float32Array(1) }]]), {}),
  );
  const given = await flipside('verify', '--model', folder, '--reference', join(root, 'none.safetensors'));
  expect(given.stderr).toMatch(/tensor-file-invalid: .*none\.safetensors: it must hold 1 to 32 tensors/);
});
