/** From a list of files to what can be loaded: variants, what they lack, hosts' answers, hashes, manifests, memory. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fileSize } from '../../../../src/content/numbers.ts';
import { AppError } from '../../../../src/base/errors.ts';
import { createRng } from '../../../../src/base/rng.ts';
import { askableHosts, isModelHost, parseModelHosts } from '../../../../src/models/model-hosts.ts';
import { estimateMemory, runsHere } from '../../../../src/models/model-memory.ts';
import { fileOfRole, offersOf, type ListedFile } from '../../../../src/models/model-offer.ts';
import { preferredOffer } from '../../../../src/models/model-preference.ts';
import type { FileData, ModelListing, ModelNeeds } from '../../../../src/models/model-source.ts';
import { cacheBytesPerToken, describeDecoder } from '../../../../src/graph/decoder-shape.ts';
import { parseModel } from '../../../../src/graph/graph.ts';
import { createGitBlob } from '../../../../src/engine/store/git-blob.ts';
import { parseHubReply } from '../../../../src/engine/store/hub.ts';
import { keyOf, parseManifest, weightsSha256 } from '../../../../src/engine/store/manifest.ts';
import { manifestOf } from '../../../../src/engine/store/offer-manifest.ts';
import { licenceOfCard, listPicked } from '../../../../src/engine/store/picked.ts';
import { weighOffer } from '../../../../src/engine/store/weigh.ts';
import { mutations } from '../../../fixtures/mutate/mutate.ts';
import { toyDecoderFiles, TOY, toyTokenizerFiles } from '../../../fixtures/toy/toy-graph.ts';

const SHA = (path: string): string => createHash('sha256').update(path).digest('hex');
const listed = (path: string, bytes = 1000): ListedFile => ({ path, bytes, sha256: SHA(path), gitBlob: null });
/** What onnx-community repositories hold beside their graphs. */
const BESIDE = [
  '.gitattributes',
  'README.md',
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
  'vocab.json',
];
const never = new AbortController().signal;

const refusal = (act: () => unknown): AppError => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was let through.');
};

describe('offers', () => {
  const files = [
    ...BESIDE.map((path) => listed(path, 500)),
    listed('onnx/model.onnx', 300_000),
    listed('onnx/model.onnx_data', 2_100_000_000),
    listed('onnx/model.onnx_data_1', 300_000_000),
    listed('onnx/model_fp16.onnx', 310_000),
    listed('onnx/model_fp16.onnx_data', 1_200_000_000),
    listed('onnx/model_q4.onnx', 200_000),
    listed('onnx/model_q4.onnx_data', 900_000_000),
    listed('onnx/model_q4f16.onnx', 550_000_000),
    listed('onnx/model_quantized.onnx', 600_000_000),
    listed('onnx/encoder_model.onnx', 10),
  ];

  test('are the variants that are published, each with its own files, smallest first', () => {
    expect(offersOf(files).map(({ dtype, missing }) => [dtype, missing])).toEqual([
      ['q4f16', []],
      ['q8', []],
      ['q4', []],
      ['fp16', []],
      ['fp32', []],
    ]);
    const whole = offersOf(files).at(-1)!;
    expect(whole.files.map(({ path, role }) => [role, path])).toEqual([
      ['graph', 'onnx/model.onnx'],
      ['weights', 'onnx/model.onnx_data'],
      ['weights', 'onnx/model.onnx_data_1'],
      ['config', 'config.json'],
      ['tokenizer', 'tokenizer.json'],
      ['tokenizer-config', 'tokenizer_config.json'],
      ['generation-config', 'generation_config.json'],
      ['chat-template', 'chat_template.jinja'],
    ]);
    expect(whole.bytes).toBe(300_000 + 2_100_000_000 + 300_000_000 + 5 * 500);
    expect(fileOfRole(whole, 'tokenizer')?.path).toBe('tokenizer.json');
  });

  test('keep ten weight files in the order of their numbers', () => {
    const data = [10, 2, 1].map((part) => listed(`onnx/model_q4.onnx_data_${part}`));
    const [offer] = offersOf([
      ...data,
      listed('onnx/model_q4.onnx_data'),
      listed('onnx/model_q4.onnx'),
      ...BESIDE.map((path) => listed(path)),
    ]);
    expect(
      offer!.files
        .filter(({ role }) => role === 'weights')
        .map(({ path }) => path.slice('onnx/model_q4.onnx_data'.length)),
    ).toEqual(['', '_1', '_2', '_10']);
  });

  test('find what the model builder writes: all in one folder, weights in model.onnx.data', () => {
    const builder = ['model.onnx', 'model.onnx.data', 'config.json', 'tokenizer.json', 'tokenizer_config.json'].map(
      (name) => listed(`cpu-int4/${name}`),
    );
    const [offer] = offersOf([...builder, listed('config.json', 7)]);
    expect(offer).toMatchObject({ dtype: 'fp32', missing: [], bytes: 5000 });
    expect(offer!.files.map(({ path }) => path).every((path) => path.startsWith('cpu-int4/'))).toBe(true);
  });

  test('say by name what is not there, and come last then', () => {
    const offers = offersOf([
      listed('a/model_q4.onnx', 5),
      listed('a/config.json'),
      listed('b/model_q4.onnx', 0),
      ...['b/config.json', 'b/tokenizer.json', 'b/tokenizer_config.json'].map((path) => listed(path)),
      listed('model.onnx'),
      listed('model.onnx_data', 2 ** 31),
      listed('config.json'),
    ]);
    expect(offers.map(({ missing }) => missing)).toEqual([
      ['tokenizer.json is not there', 'tokenizer_config.json is not there'],
      ['b/model_q4.onnx is empty'],
      [
        'tokenizer.json is not there',
        'tokenizer_config.json is not there',
        'model.onnx_data has more than the 2 GiB that a browser takes in one file',
      ],
    ]);
    expect(refusal(() => manifestOf({ listing: LISTING, offer: offers[0]! }))).toMatchObject({
      code: 'model-variant-missing',
    });
  });

  test('are loaded as q4 first, which computes in float32 as the embedded model does, or else the smallest, and only whole', () => {
    expect(preferredOffer(offersOf(files))?.dtype).toBe('q4');
    expect(preferredOffer(offersOf(files.filter(({ path }) => !path.startsWith('onnx/model_q4.'))))?.dtype).toBe(
      'q4f16',
    );
    const broken = offersOf([
      ...files.filter(({ path }) => path !== 'onnx/model_q4.onnx'),
      listed('onnx/model_q4.onnx', 0),
    ]);
    expect(preferredOffer(broken)?.dtype).toBe('q4f16');
    expect(preferredOffer(offersOf([listed('model.onnx')]))).toBeNull();
  });

  test('pass over names that are no plain paths', () => {
    const hostile = [
      '../model.onnx',
      '/model.onnx',
      'a//model.onnx',
      'x/../model.onnx',
      'http://x/model.onnx',
      'model.onnx?x',
      'mo del.onnx',
      'a\\model.onnx',
    ];
    expect(offersOf(hostile.map((path) => listed(path)))).toEqual([]);
  });
});

const REPLY = {
  id: 'onnx-community/Toy-ONNX',
  sha: '0123456789abcdef0123456789abcdef01234567',
  gated: false,
  cardData: { license: 'apache-2.0' },
  siblings: [
    { rfilename: 'config.json', size: 10, blobId: '1'.repeat(40) },
    {
      rfilename: 'tokenizer.json',
      size: 20,
      blobId: '2'.repeat(40),
      lfs: { sha256: 'a'.repeat(64), size: 7_000_000, pointerSize: 134 },
    },
    { rfilename: 'tokenizer_config.json', size: 30, blobId: '3'.repeat(40), lfs: null },
    {
      rfilename: 'onnx/model_q4.onnx',
      size: 40,
      blobId: '4'.repeat(40),
      lfs: { sha256: 'b'.repeat(64), size: 200_000, pointerSize: 134 },
    },
    {
      rfilename: 'onnx/model_q4.onnx_data',
      size: 50,
      blobId: '5'.repeat(40),
      lfs: { sha256: 'c'.repeat(64), size: 900_000, pointerSize: 134 },
    },
    { rfilename: 'weird name/ü.txt', size: 1, blobId: '6'.repeat(40) },
  ],
};
const HOST = { host: 'https://hub.example', repo: 'onnx-community/Toy-ONNX' };
const replyWith = (change: (reply: Record<string, unknown>) => void): string => {
  const reply = structuredClone(REPLY) as Record<string, unknown>;
  change(reply);
  return JSON.stringify(reply);
};
const LISTING: ModelListing = parseHubReply(JSON.stringify(REPLY), HOST);

describe('a host’s answer', () => {
  test('becomes a listing with the hash that each file can be held to', () => {
    expect(LISTING).toMatchObject({
      title: 'Toy-ONNX',
      licence: 'apache-2.0',
      gated: false,
      from: { kind: 'hub', revision: REPLY.sha },
    });
    expect(
      LISTING.offers[0]!.files.map(({ path, bytes, sha256, gitBlob }) => [
        path,
        bytes,
        sha256?.[0] ?? null,
        gitBlob?.[0] ?? null,
      ]),
    ).toEqual([
      ['onnx/model_q4.onnx', 200_000, 'b', null],
      ['onnx/model_q4.onnx_data', 900_000, 'c', null],
      ['config.json', 10, null, '1'],
      ['tokenizer.json', 7_000_000, 'a', null],
      ['tokenizer_config.json', 30, null, '3'],
    ]);
  });

  test.each<[string, (reply: Record<string, unknown>) => void, string | null, boolean]>([
    ['gated by hand', (reply) => (reply['gated'] = 'manual'), 'apache-2.0', true],
    ['gated at once', (reply) => (reply['gated'] = 'auto'), 'apache-2.0', true],
    [
      'of a licence of its own',
      (reply) => (reply['cardData'] = { license: 'other', license_name: 'gemma' }),
      'gemma',
      false,
    ],
    ['of two licences', (reply) => (reply['cardData'] = { license: ['mit', 'apache-2.0'] }), 'mit', false],
    ['without a card', (reply) => delete reply['cardData'], null, false],
    ['with markup for a licence', (reply) => (reply['cardData'] = { license: '<img src=x>' }), null, false],
  ])('tells of a model that is %s', (_, change, licence, gated) => {
    expect(parseHubReply(replyWith(change), HOST)).toMatchObject({ licence, gated });
  });

  const first = (change: (file: Record<string, unknown>) => void) =>
    replyWith((reply) => change((reply['siblings'] as Record<string, unknown>[])[0]!));
  test.each<[string, string, string]>([
    ['is no JSON', '<html>', 'reply'],
    ['is a list', '[]', 'reply'],
    ['names no commit', replyWith((reply) => (reply['sha'] = 'main')), 'sha'],
    ['has a commit that climbs', replyWith((reply) => (reply['sha'] = '../../../../../..')), 'sha'],
    ['has no files', replyWith((reply) => (reply['siblings'] = null)), 'siblings'],
    [
      'has twenty thousand and one files',
      replyWith((reply) => (reply['siblings'] = Array.from({ length: 20_001 }, () => ({})))),
      'siblings',
    ],
    [
      'names a file twice',
      replyWith((reply) => (reply['siblings'] = [...REPLY.siblings, REPLY.siblings[0]])),
      'siblings',
    ],
    ['has a file that is text', replyWith((reply) => (reply['siblings'] = ['config.json'])), 'siblings[0]'],
    ['has a negative size', first((file) => (file['size'] = -1)), 'siblings[0].size'],
    ['has half a byte', first((file) => (file['size'] = 1.5)), 'siblings[0].size'],
    ['has no blob id', first((file) => delete file['blobId']), 'siblings[0].blobId'],
    [
      'has a hash that is none',
      first((file) => (file['lfs'] = { sha256: 'z'.repeat(64), size: 3 })),
      'siblings[0].lfs.sha256',
    ],
  ])('is refused where it %s', (_, text, field) => {
    expect(refusal(() => parseHubReply(text, HOST))).toMatchObject({ code: 'model-list-invalid', details: { field } });
  });

  test('of any other kind is refused in words, or opened', () => {
    let [opened, refused] = [0, 0];
    for (const mutant of mutations(JSON.stringify(REPLY), 2000, createRng(7))) {
      try {
        for (const offer of parseHubReply(mutant, HOST).offers)
          if (offer.missing.length === 0) manifestOf({ listing: LISTING, offer });
        opened += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toMatch(/^model-(list|manifest)-invalid$/);
        refused += 1;
      }
    }
    expect(opened).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});

describe('the manifest of an offer', () => {
  test('fetches from the commit that was listed, and is read back as it was', () => {
    const manifest = manifestOf({ listing: LISTING, offer: LISTING.offers[0]! });
    expect(manifest).toMatchObject({
      id: 'toy-onnx-q4',
      title: 'Toy-ONNX (q4)',
      licence: 'apache-2.0',
      from: 'hub',
      base: `https://hub.example/onnx-community/Toy-ONNX/resolve/${REPLY.sha}/`,
    });
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
    expect(manifest.files.map(keyOf)).toEqual([
      'b'.repeat(64),
      'c'.repeat(64),
      `git-${'1'.repeat(40)}`,
      'a'.repeat(64),
      `git-${'3'.repeat(40)}`,
    ]);
    expect(weightsSha256(manifest.files)).toBe(
      createHash('sha256')
        .update('b'.repeat(64) + 'c'.repeat(64))
        .digest('hex'),
    );
  });

  test('is refused where graph or weights have no SHA-256: they are the model’s identity', () => {
    const small = parseHubReply(
      replyWith((reply) => delete (reply['siblings'] as Record<string, unknown>[])[4]!['lfs']),
      HOST,
    );
    expect(refusal(() => manifestOf({ listing: small, offer: small.offers[0]! }))).toMatchObject({
      code: 'model-manifest-invalid',
      details: { field: 'files[1].sha256' },
    });
  });

  test.each([
    ['file:///etc/', 'base'],
    ['https://a@hub.example/x/', 'base'],
    ['https://hub.example/x/../y/', 'base'],
    ['https://hub.example/x?y/', 'base'],
    ['//hub.example/x/', 'base'],
  ])('has no other address (%s)', (base, field) => {
    expect(
      refusal(() =>
        parseManifest(JSON.stringify({ ...manifestOf({ listing: LISTING, offer: LISTING.offers[0]! }), base })),
      ),
    ).toMatchObject({ details: { field } });
  });
});

describe('git’s name of a file', () => {
  test.each([0, 1, 300, 100_000])('is what git says, of %d bytes in pieces', (length) => {
    const bytes = Buffer.alloc(length, 'flipside ');
    const hash = createGitBlob(length);
    for (let at = 0; at < length; at += 777) hash.update(bytes.subarray(at, at + 777));
    expect(hash.hex()).toBe(execFileSync('git', ['hash-object', '--stdin'], { input: bytes, encoding: 'utf8' }).trim());
  });
});

describe('hosts', () => {
  test('are https origins, names under one, and servers on this machine', () => {
    const text =
      ' https://huggingface.co  https://*.hf.co\nhttp://localhost:8080 http://localhost:* https://hub.example:8443 https://huggingface.co';
    const { hosts, wrong } = parseModelHosts(text);
    expect(wrong).toBeNull();
    expect(hosts).toEqual([
      'https://huggingface.co',
      'https://*.hf.co',
      'http://localhost:8080',
      'http://localhost:*',
      'https://hub.example:8443',
    ]);
    expect(askableHosts(hosts)).toEqual([
      'https://huggingface.co',
      'http://localhost:8080',
      'https://hub.example:8443',
    ]);
    expect(parseModelHosts('')).toEqual({ hosts: [], wrong: null });
  });

  test.each([
    'http://huggingface.co',
    'https://',
    '*',
    'https://*',
    'https://*.co;',
    "https://a.b'self'",
    'https://a.b/path',
    'https://user@a.b',
    'https://a..b',
    'http://127.0.0.1:80',
    "'unsafe-inline'",
    'https://a.b:99999999',
    'data:',
  ])('are not %s', (word) => {
    expect(parseModelHosts(`https://huggingface.co ${word}`)).toEqual({ hosts: [], wrong: word });
  });

  test.each<[string, string, boolean]>([
    ['https://huggingface.co', 'https://huggingface.co', true],
    ['https://huggingface.co', 'https://huggingface.co.evil.example', false],
    ['https://huggingface.co', 'http://huggingface.co', false],
    ['https://*.hf.co', 'https://cdn-lfs.hf.co', true],
    ['https://*.hf.co', 'https://cas-bridge.xethub.hf.co', true],
    ['https://*.hf.co', 'https://hf.co', false],
    ['https://*.hf.co', 'https://evilhf.co', false],
    ['https://*.hf.co', 'http://x.hf.co', false],
    ['http://localhost:*', 'http://localhost:5173', true],
    ['http://localhost:*', 'http://localhost.evil.example:80', false],
    ['http://localhost:8080', 'http://localhost:8081', false],
  ])('%s lets %s through: %s', (host, origin, yes) => {
    expect(isModelHost(origin, [host])).toBe(yes);
    expect(isModelHost(origin, [])).toBe(false);
  });
});

describe('picked files', () => {
  const toy = toyDecoderFiles();
  const blob = (bytes: Uint8Array | string): FileData => new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const weights = toy.weights.get('toy.onnx_data')!;
  const CARD = '---\ntags:\n- x\nlicense: other\nlicense_name: "toy licence 1.0"\n---\n# Toy\nlicense: mit\n';
  const files = new Map<string, FileData>([
    ['onnx/model_q4.onnx', blob(toy.graph)],
    ['onnx/model_q4.onnx_data', blob(weights)],
    [
      'config.json',
      blob(
        JSON.stringify({
          hidden_size: TOY.hidden,
          vocab_size: TOY.vocabulary,
          max_position_embeddings: TOY.contextTokens,
        }),
      ),
    ],
    ['tokenizer.json', blob(toyTokenizerFiles()[0])],
    ['tokenizer_config.json', blob(toyTokenizerFiles()[1])],
    ['README.md', blob(CARD)],
  ]);

  test('are listed as a host’s are, with the licence of the card', async () => {
    const listing = await listPicked({ name: 'my toy', files }, never);
    expect(listing).toMatchObject({ title: 'my toy', licence: 'toy licence 1.0', gated: false });
    expect(listing.offers.map(({ dtype, missing }) => [dtype, missing])).toEqual([['q4', []]]);
  });

  test('have sizes in words, one byte included', () => {
    expect([0, 1, 2, 92_000].map(fileSize)).toEqual(['0 bytes', '1 byte', '2 bytes', '92 kB']);
  });

  test('without a graph are refused', async () => {
    await expect(listPicked({ name: '', files: new Map([['notes.txt', blob('x')]]) }, never)).rejects.toMatchObject({
      code: 'model-variant-missing',
    });
  });

  test('are weighed by graph and config, and what the graph asks for beyond them is named', async () => {
    const listing = await listPicked({ name: 'my toy', files }, never);
    const { needs } = await weighOffer({ listing, offer: listing.offers[0]! }, [], never);
    const shape = describeDecoder(toy.graph);
    // The toy's graph was written for a file of another name.
    expect(needs).toEqual({
      layerCount: 3,
      contextTokens: 1024,
      weightBytes: shape.weightBytes,
      cacheBytesPerToken: 2 * 3 * 2 * 16 * 4,
      largestWeightBytes: 1024 * 8 * 4,
      half: false,
      estimated: false,
      gpuOnly: null,
      missing: ['toy.onnx_data is not there, and the graph takes weights from it'],
    });
    expect(needs.cacheBytesPerToken).toBe(cacheBytesPerToken(shape));
  });

  test('have the weight files that the graph names, whatever they are called, and no others', async () => {
    const renamed = new Map([...files, ['onnx/toy.onnx_data', blob(weights)], ['toy.onnx_data', blob('elsewhere')]]);
    const listing = await listPicked({ name: 'my toy', files: renamed }, never);
    expect(listing.offers[0]!.files.filter(({ role }) => role === 'weights').map(({ path }) => path)).toEqual([
      'onnx/model_q4.onnx_data',
    ]);
    const { needs, offer } = await weighOffer({ listing, offer: listing.offers[0]! }, [], never);
    expect(needs.missing).toEqual([]);
    expect(offer.files.map(({ path, role }) => [role, path])).toEqual([
      ['graph', 'onnx/model_q4.onnx'],
      ['weights', 'onnx/toy.onnx_data'],
      ['config', 'config.json'],
      ['tokenizer', 'tokenizer.json'],
      ['tokenizer-config', 'tokenizer_config.json'],
    ]);
    expect(offer.bytes).toBe(offer.files.reduce((sum, { bytes }) => sum + bytes, 0));
    // The file has gaps between its weights.
    expect(needs.weightBytes).toBe(weights.length);
  });

  test('of which one is shorter than the graph takes weights from it cannot be loaded', async () => {
    const listing = await listPicked(
      { name: 'my toy', files: new Map([...files, ['onnx/toy.onnx_data', blob(weights.slice(0, 5000))]]) },
      never,
    );
    const end = Math.max(...parseModel(toy.graph).weights.map(({ offset, bytes }) => offset + bytes));
    expect((await weighOffer({ listing, offer: listing.offers[0]! }, [], never)).needs.missing).toEqual([
      `onnx/toy.onnx_data has 5000 bytes, and the graph takes weights from it up to byte ${end}: it is cut off, or belongs to another graph`,
    ]);
    const whole = await listPicked(
      { name: 'my toy', files: new Map([...files, ['onnx/toy.onnx_data', blob(weights.slice(0, end))]]) },
      never,
    );
    expect((await weighOffer({ listing: whole, offer: whole.offers[0]! }, [], never)).needs.missing).toEqual([]);
  });

  test('of which the graph names an empty one cannot be loaded', async () => {
    const listing = await listPicked(
      { name: 'my toy', files: new Map([...files, ['onnx/toy.onnx_data', blob('')]]) },
      never,
    );
    expect((await weighOffer({ listing, offer: listing.offers[0]! }, [], never)).needs.missing).toEqual([
      'onnx/toy.onnx_data is empty',
    ]);
  });

  test('that are pointers of Git LFS are told apart from broken ones, with what to do', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 123456789\n`;
    for (const path of ['onnx/model_q4.onnx', 'tokenizer.json']) {
      const listing = await listPicked({ name: 'my toy', files: new Map([...files, [path, blob(pointer)]]) }, never);
      expect(listing.offers[0]!.missing).toEqual([
        `${path} is a pointer of Git LFS that stands for the file of 123456789 bytes: run "git lfs pull" where it came from, or download the file by itself`,
      ]);
    }
    const listing = await listPicked(
      { name: 'my toy', files: new Map([...files, ['onnx/toy.onnx_data', blob(pointer)]]) },
      never,
    );
    expect((await weighOffer({ listing, offer: listing.offers[0]! }, [], never)).needs.missing).toEqual([
      expect.stringContaining('onnx/toy.onnx_data is a pointer of Git LFS'),
    ]);
  });

  test('with a graph that holds its weights are estimated by config and name, not read', async () => {
    const config = JSON.stringify({
      hidden_size: TOY.hidden,
      vocab_size: TOY.vocabulary,
      max_position_embeddings: TOY.contextTokens,
      num_hidden_layers: 3,
      num_attention_heads: 4,
      num_key_value_heads: 2,
    });
    const large = new Map([
      ...files,
      ['config.json', blob(config)],
      ['onnx/model_q4f16.onnx', blob(new Uint8Array((32 << 20) + 1))],
    ]);
    const listing = await listPicked({ name: 'my toy', files: large }, never);
    const offer = listing.offers.find(({ dtype }) => dtype === 'q4f16')!;
    expect((await weighOffer({ listing, offer }, [], never)).needs).toEqual({
      layerCount: 3,
      contextTokens: 1024,
      weightBytes: (32 << 20) + 1,
      cacheBytesPerToken: 2 * 3 * 2 * 16 * 2,
      largestWeightBytes: TOY.vocabulary * TOY.hidden * 2,
      half: true,
      estimated: true,
      gpuOnly: null,
      missing: [],
    });
  });

  test('whose graph is damaged are refused by its name', async () => {
    const listing = await listPicked(
      { name: 'my toy', files: new Map([...files, ['onnx/model_q4.onnx', blob(toy.graph.slice(0, 5000))]]) },
      never,
    );
    await expect(weighOffer({ listing, offer: listing.offers[0]! }, [], never)).rejects.toMatchObject({
      code: 'model-graph-malformed',
      message: expect.stringMatching(/^onnx\/model_q4\.onnx: /) as string,
      details: { file: 'onnx/model_q4.onnx' },
    });
  });

  test('are said to be none where there are none, and one where it is one', async () => {
    const refused = async (count: number) =>
      listPicked(
        { name: 'a', files: new Map(Array.from({ length: count }, (_, at) => [`${at}.txt`, blob('x')])) },
        never,
      ).then(
        () => '',
        (error: unknown) => (error as AppError).message,
      );
    expect(await refused(1)).toMatch(/^The file that was picked is no graph by the name of/);
    expect(await refused(2)).toMatch(/^None of the 2 files is a graph by the name of/);
    expect(await refused(0)).toMatch(/^The folder "a" holds no files\./);
  });

  test.each([
    ['---\nlicense: mit\n---', 'mit'],
    ["---\r\nlicense: 'apache-2.0'\r\n---\r\n", 'apache-2.0'],
    ['# No front matter\nlicense: mit', null],
    ['---\nlicense: <b>\n---', null],
    ['', null],
  ])('read the licence of a card (%j)', (card, licence) => {
    expect(licenceOfCard(card)).toBe(licence);
  });
});

describe('the memory that a model takes', () => {
  // Qwen3-0.6B: 28 layers, 8 key/value heads of 128, vocabulary 151936 by 1024, float16 embedding.
  const qwen: ModelNeeds = {
    layerCount: 28,
    contextTokens: 40_960,
    weightBytes: 570_000_000,
    cacheBytesPerToken: 2 * 28 * 8 * 128 * 4,
    largestWeightBytes: 151_936 * 1024 * 2,
    half: true,
    estimated: false,
    gpuOnly: null,
    missing: [],
  };

  test('is the weights and the keys and values of a text of 2048 tokens', () => {
    expect(
      estimateMemory(qwen, { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 31 - 4, half: true }),
    ).toEqual({
      weightBytes: 570_000_000,
      tokens: 2048,
      cacheBytes: 469_762_048,
      bytes: 1_039_762_048,
      estimated: false,
      largestBufferBytes: 311_164_928,
      bufferLimitBytes: 2 ** 31 - 4,
      lacksHalf: false,
      gpuOnly: null,
      fits: true,
      nowhere: false,
    });
  });

  test('must fit into one buffer by the smaller of the two limits', () => {
    expect(
      estimateMemory(qwen, { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 27, half: true }),
    ).toMatchObject({ bufferLimitBytes: 2 ** 27, fits: false });
    expect(
      estimateMemory(qwen, { maxBufferSize: 311_164_928, maxStorageBufferBindingSize: 311_164_928, half: true }).fits,
    ).toBe(true);
    expect(
      estimateMemory(qwen, { maxBufferSize: 311_164_927, maxStorageBufferBindingSize: 2 ** 31, half: true }).fits,
    ).toBe(false);
    expect(estimateMemory(qwen, null).fits).toBeNull();
  });

  test('in 16 bits needs a card that has them', () => {
    const without = { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 32, half: false };
    expect(estimateMemory(qwen, without)).toMatchObject({ lacksHalf: true, fits: false });
    expect(estimateMemory({ ...qwen, half: false }, without)).toMatchObject({ lacksHalf: false, fits: true });
  });

  test('on a card only is said where there is none, or none that takes it', () => {
    const only = { ...qwen, gpuOnly: 'a node is for cards' };
    const card = (bytes: number) => ({ maxBufferSize: bytes, maxStorageBufferBindingSize: bytes, half: true });
    expect(estimateMemory(only, null)).toMatchObject({ fits: false, gpuOnly: 'a node is for cards', nowhere: true });
    expect(estimateMemory(only, card(2 ** 27))).toMatchObject({ fits: false, nowhere: true });
    expect(estimateMemory(only, card(2 ** 31))).toMatchObject({ fits: true, nowhere: false });
    expect(estimateMemory(qwen, card(2 ** 27))).toMatchObject({ fits: false, nowhere: false });
    expect(
      [
        estimateMemory(only, null),
        estimateMemory(qwen, null),
        estimateMemory(qwen, card(2 ** 31)),
        estimateMemory(qwen, card(2 ** 27)),
      ].map(runsHere),
    ).toEqual([false, true, true, false]);
  });

  test('is for a shorter text where the context is shorter, and says what it does not know', () => {
    expect(estimateMemory({ ...qwen, contextTokens: 512 }, null)).toMatchObject({
      tokens: 512,
      cacheBytes: 512 * 229_376,
    });
    expect(
      estimateMemory(
        { ...qwen, cacheBytesPerToken: null, largestWeightBytes: null },
        { maxBufferSize: 1, maxStorageBufferBindingSize: 1, half: true },
      ),
    ).toMatchObject({ cacheBytes: null, bytes: 570_000_000, largestBufferBytes: null, fits: null });
  });
});
