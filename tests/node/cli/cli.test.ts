/** The command `flipside` as a user runs it: its own process, the real model, real files. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReport } from '../../../src/formats/probe/report.ts';
import { reportTables, tableCsv } from '../../../src/formats/probe/report-tables.ts';
import { expectRefusal, flipside, ROOT } from '../../fixtures/command.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const MODEL = 'public/models/smollm2-135m-instruct-q4';
const PROBE = 'probes/kind-cruel';
const SEED_SET = join(ROOT, 'probes/sets/kind-cruel-24');
const MINUTE = 60_000;

let folder: string;
/** The toy, for what takes many passes; tests/e2e/train-cpu.test.ts trains and judges on the real model by the same commands. */
let toy: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-cli-'));
  toy = writeToyFolder(join(folder, 'toy'), toyDecoderFiles(), 'model_q4.onnx');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A prompt set of the first topics of the seed set, with its rows changed. */
function writeSet(name: string, topics: number, change: (lines: string[]) => string[] = (lines) => lines): string {
  const header = JSON.parse(readFileSync(join(SEED_SET, 'kind-cruel-24.set.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(folder, `${name}.set.json`), JSON.stringify({ ...header, name }));
  const lines = readFileSync(join(SEED_SET, 'kind-cruel-24.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .slice(0, topics * 3);
  writeFileSync(join(folder, `${name}.jsonl`), change(lines).join('\n'));
  return join(folder, `${name}.set.json`);
}

test(
  'a command that is asked for help says how it is used, and nothing of the others',
  async () => {
    const { status, stdout, stderr } = await flipside('record', '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Usage:\n  record --model DIR --probe DIR \(--stories DIR \[--every sentence\|clause\|word\|token\] \| --examples\) --out DIR\n/,
    );
    expect(stdout).not.toContain('generate');
  },
  3 * MINUTE,
);

test(
  'without a command it says what there is; an unknown one or option is refused',
  async () => {
    const bare = await flipside();
    expect(bare.status).toBe(2);
    for (const name of [
      'verify',
      'read',
      'check',
      'train',
      'judge',
      'vector',
      'generate',
      'steer',
      'lens',
      'compare',
      'patch',
      'record',
    ])
      expect(bare.stdout).toContain(`  ${name} `);
    expectRefusal(await flipside('reed'), /usage: There is no command "reed"/);
    expectRefusal(await flipside('read', '--modle', 'x'), /usage: read: .*--modle/);
    expectRefusal(
      await flipside('generate', '--model', MODEL, '--prompt', 'x', '--seed', '1.5'),
      /--seed must be a whole number from 0 to 4294967295, got "1\.5"/,
    );
  },
  3 * MINUTE,
);

test(
  'read gives every token and a readout a sentence as JSON, progress apart',
  async () => {
    const { status, stdout } = await flipside(
      'read',
      '--model',
      MODEL,
      '--probe',
      PROBE,
      '--text',
      'She fed the dog. Then she kicked it.',
    );
    expect(status).toBe(0);
    const read = JSON.parse(stdout) as {
      tokens: { text: string; scores: (number | null)[] }[];
      taps: { afterToken: number; score: number[]; nullLow: number[]; nullHigh: number[] }[];
    };
    expect(read.tokens.map((token) => token.text).join('')).toBe('She fed the dog. Then she kicked it.');
    expect(read.tokens[0]!.scores).toEqual(new Array(31).fill(null));
    expect(read.taps).toHaveLength(2);
    for (const readout of read.taps) expect(readout.nullLow[16]!).toBeLessThan(readout.nullHigh[16]!);
  },
  3 * MINUTE,
);

test(
  'read --every prints what is shown inside sentences, each from its first token on',
  async () => {
    const text = 'She fed the stray dog, and sang. Then she kicked it.';
    const { status, stdout, stderr } = await flipside(
      'read',
      '--model',
      MODEL,
      '--probe',
      PROBE,
      '--text',
      text,
      '--every',
      'word',
    );
    expect(status, stderr).toBe(0);
    interface Shown {
      from: number;
      afterToken: number;
      stand: string;
      score: number;
      low: number;
      high: number;
    }
    const read = JSON.parse(stdout) as {
      tokens: { text: string }[];
      taps: { afterToken: number }[];
      readings: Shown[];
      readingsLack: string | null;
    };
    const textAt = ({ from, afterToken }: Shown): string =>
      read.tokens
        .slice(from, afterToken + 1)
        .map((token) => token.text)
        .join('');
    expect(read.readings.map((each) => [textAt(each), each.stand])).toEqual([
      ['She fed the stray', 'word'],
      [' dog,', 'clause'],
      [' and sang', 'word'],
      ['.', 'sentence'],
      [' Then', 'word'],
      [' she kicked', 'word'],
      [' it.', 'sentence'],
    ]);
    expect(read.readings.map(({ afterToken }) => afterToken)).toEqual(read.taps.map(({ afterToken }) => afterToken));
    for (const { score, low, high } of read.readings)
      expect([score, low, high].every(Number.isFinite) && low < high).toBe(true);
    expect(read.readingsLack).toBeNull();
  },
  3 * MINUTE,
);

test(
  'how densely a text is read is refused where it says nothing',
  async () => {
    expectRefusal(
      await flipside('read', '--model', 'x', '--probe', 'y', '--text', 'z', '--every', 'verse'),
      /--every must be one of sentence, clause, word, token, got "verse"/,
    );
    expectRefusal(
      await flipside('read', '--model', 'x', '--probe', 'y', '--text', 'z', '--every', 'token', '--no-readouts'),
      /Give one of them/,
    );
    expectRefusal(
      await flipside('generate', '--model', 'x', '--prompt', 'z', '--every', 'token'),
      /there is no --probe/,
    );
    expectRefusal(
      await flipside('record', '--model', 'x', '--probe', 'y', '--stories', 'z', '--out', 'o', '--every', 'line'),
      /--every must be one of/,
    );
  },
  3 * MINUTE,
);

test(
  'generate with a seed is repeatable',
  async () => {
    const runs = await Promise.all(
      [1, 2].map(() =>
        flipside(
          'generate',
          '--model',
          MODEL,
          '--prompt',
          'The guard opened the gate and',
          '--seed',
          '7',
          '--max-tokens',
          '6',
        ),
      ),
    );
    const texts = runs.map((run) => (JSON.parse(run.stdout) as { text: string; ended: string }).text);
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]!.length).toBeGreaterThan(5);
  },
  3 * MINUTE,
);

test(
  'lens gives the likeliest words at every token and layer, ranks of chosen words, and what a direction says',
  async () => {
    const { status, stdout, stderr } = await flipside(
      'lens',
      '--model',
      MODEL,
      '--text',
      'The capital of France is',
      '--top',
      '3',
      '--words',
      ' Paris, London',
      '--layer',
      '30',
      '--layer',
      '2',
      '--probe',
      PROBE,
      '--direction',
      'steering',
    );
    expect(status, stderr).toBe(0);
    interface Place {
      layer: number;
      entropy: number;
      top: { text: string; probability: number }[];
      next: { rank: number; probability: number } | null;
      words: { rank: number; probability: number }[];
    }
    const told = JSON.parse(stdout) as {
      words: { text: string }[];
      tokens: { text: string; layers: Place[] }[];
      direction: {
        layers: { layer: number; promoted: unknown[]; suppressed: unknown[]; randomDirections: { count: number } }[];
      };
    };
    expect(told.words.map(({ text }) => text)).toEqual([' Paris', ' London']);
    expect(told.tokens.map(({ text, layers }) => [text, ...layers.map(({ layer }) => layer)])).toEqual(
      ['The', ' capital', ' of', ' France', ' is'].map((text) => [text, 2, 30]),
    );
    const last = told.tokens.at(-1)!.layers[1]!;
    expect(last.words[0]!.rank).toBeLessThan(last.words[1]!.rank);
    expect(last.next).toBeNull();
    expect(told.tokens[3]!.layers[1]!.next!.rank).toBeLessThan(10);
    expect(last.top.map(({ probability }) => probability)).toEqual(
      last.top.map(({ probability }) => probability).sort((a, b) => b - a),
    );
    expect(
      told.direction.layers.map(({ layer, promoted, suppressed, randomDirections }) => [
        layer,
        promoted.length,
        suppressed.length,
        randomDirections.count,
      ]),
    ).toEqual([
      [2, 3, 3, 200],
      [30, 3, 3, 200],
    ]);
  },
  3 * MINUTE,
);

test(
  'lens refuses a layer that there is not, a word of several tokens, and a direction of another width or model',
  async () => {
    const on = (...args: string[]) => flipside('lens', '--model', MODEL, ...args);
    expectRefusal(await on('--text', 'x', '--layer', '31'), /usage: There is no layer 31: this model has 0 .* to 30/);
    expectRefusal(
      await on('--text', 'x', '--layer', 'last'),
      /usage: lens: --layer must be a whole number, got "last"/,
    );
    expectRefusal(
      await on('--text', 'x', '--words', 'kindheartedness'),
      /no single token .* falls into .*--first-token/,
    );
    expectRefusal(
      await on('--text', 'x', '--direction', 'up', '--probe', PROBE),
      /--direction must be reading, steering, positive, negative, got "up"/,
    );
    expectRefusal(await on('--text', 'x', '--direction', 'reading'), /--direction needs --probe/);
    expectRefusal(await on(), /give a text .*, a probe/);
    const changed = (name: string, change: (json: string) => string): string => {
      const probe = join(folder, name);
      cpSync(join(ROOT, PROBE), probe, { recursive: true });
      writeFileSync(join(probe, 'probe.json'), change(readFileSync(join(probe, 'probe.json'), 'utf8')));
      return probe;
    };
    expectRefusal(
      await on(
        '--probe',
        changed('of-another', (json) =>
          json.replace(/"weightsSha256": ?"[0-9a-f]{4}/, (found) => `${found.slice(0, -4)}0000`),
        ),
      ),
      /probe-model-mismatch/,
    );
    expectRefusal(
      await on(
        '--probe',
        changed('wide', (json) => json.replace(/"hidden": ?576/, '"hidden": 640')),
      ),
      /tensor-file-invalid: .*\[31, 640\], got \[31, 576\]/,
    );
  },
  3 * MINUTE,
);

test(
  'train writes a probe that judge and read can use, the same bytes from readings that were kept',
  async () => {
    const set = writeSet('five', 5);
    // The toy reads letter by letter: short stories are long enough.
    const stories = readFileSync(join(ROOT, 'probes/sets/neutral-stories/neutral-stories.jsonl'), 'utf8')
      .split('\n')
      .slice(0, 2)
      .map((line) => JSON.parse(line) as { beats: unknown[] })
      .map((story) => JSON.stringify({ ...story, beats: story.beats.slice(0, 2) }));
    writeFileSync(join(folder, 'two.jsonl'), stories.join('\n'));
    writeFileSync(
      join(folder, 'two.set.json'),
      readFileSync(join(ROOT, 'probes/sets/neutral-stories/neutral-stories.set.json')),
    );
    const args = [
      'train',
      '--model',
      toy,
      '--set',
      set,
      '--stories',
      join(folder, 'two.set.json'),
      '--target',
      'zeroed',
      '--no-controls',
      '--no-others',
      '--shuffles',
      '20',
      '--seed',
      '3',
      '--csv',
      '--readings',
      join(folder, 'readings'),
    ];
    const first = await flipside(...args, '--out', join(folder, 'a', 'probe'));
    expect(first.status, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ layer: expect.any(Number) as number });
    const tables = reportTables(parseReport(readFileSync(join(folder, 'a', 'probe', 'report.json'), 'utf8')));
    expect(readdirSync(join(folder, 'a', 'probe', 'csv')).sort()).toEqual(
      tables.map(({ name }) => `${name}.csv`).sort(),
    );
    for (const table of tables)
      expect(readFileSync(join(folder, 'a', 'probe', 'csv', `${table.name}.csv`), 'utf8')).toBe(tableCsv(table));
    const judged = await flipside(
      'judge',
      '--model',
      toy,
      '--probe',
      join(folder, 'a', 'probe'),
      '--set',
      writeSet('poles', 3, (lines) => lines.filter((line) => !line.includes('"neutral"'))),
    );
    expect(judged.status, judged.stderr).toBe(0);
    const { auroc, aurocLow, pairs, topics, readings } = JSON.parse(judged.stdout) as {
      auroc: number[];
      aurocLow: unknown[];
      pairs: number[];
      topics: number;
      readings: number;
    };
    expect([auroc.length, pairs.length, topics, readings]).toEqual([4, 4, 3, 6]);
    expect(aurocLow).toEqual(new Array(4).fill(null));
    expect(auroc[0]).toBe(0.5);
    const gguf = join(folder, 'a', 'probe.gguf');
    expect(
      (await flipside('vector', '--probe', join(folder, 'a', 'probe'), '--which', 'directions', '--out', gguf)).status,
    ).toBe(0);
    const byVector = await flipside('judge', '--model', toy, '--vector', gguf, '--set', join(folder, 'poles.set.json'));
    expect(byVector.status, byVector.stderr).toBe(0);
    // The same directions in the same order, without a unit: AUROC does not depend on it. Layers 0 and 1 are not in a control vector.
    expect((JSON.parse(byVector.stdout) as { auroc: number[] }).auroc.slice(2)).toEqual(auroc.slice(2));
    const poles = ['--set', join(folder, 'poles.set.json'), '--mask-telling', '3'];
    expectRefusal(await flipside('judge', '--model', toy, '--vector', gguf, ...poles), /a control vector has none/);
    const [probeOption, maskedTables] = [['--probe', join(folder, 'a', 'probe')], join(folder, 'masked')];
    const byMasked = await flipside('judge', '--model', toy, ...probeOption, ...poles, '--csv', maskedTables);
    expect(byMasked.status, byMasked.stderr).toBe(0);
    const { said, masked, ...unmasked } = JSON.parse(byMasked.stdout) as {
      said: string[];
      masked: { maskedWords: number; byLayer: { before: { value: number } }[] };
    };
    expect(byMasked.stdout.slice(0, 40)).toMatch(/^\{\s+"said": \[\s+"Masking the /);
    expect(unmasked).toEqual(JSON.parse(judged.stdout));
    expect(masked.byLayer.map(({ before }) => before.value)).toEqual(auroc);
    expect(said[2]).toContain('too few topics for an interval');
    expect(readdirSync(maskedTables).sort()).toEqual(
      ['judged-by-layer', 'judged', 'masked-by-layer', 'masked-words'].map((name) => `${name}.csv`),
    );
    const again = await flipside(...args, '--out', join(folder, 'b', 'probe'));
    expect(again.status, again.stderr).toBe(0);
    for (const file of ['probe.json', 'directions.safetensors', 'report.json', 'CARD.md']) {
      expect(
        readFileSync(join(folder, 'a', 'probe', file)).equals(readFileSync(join(folder, 'b', 'probe', file))),
        file,
      ).toBe(true);
    }
  },
  5 * MINUTE,
);

test(
  'a bad prompt set is refused with file, line and field, before the model is opened',
  async () => {
    expectRefusal(
      await flipside(
        'train',
        '--model',
        MODEL,
        '--out',
        join(folder, 'x'),
        '--set',
        writeSet('gap', 4, (lines) => lines.filter((_, index) => index !== 4)),
      ),
      /set-topic-incomplete: .*ferry.*cruel/,
    );
    expectRefusal(
      await flipside(
        'train',
        '--model',
        MODEL,
        '--out',
        join(folder, 'x'),
        '--set',
        writeSet('row', 4, (lines) =>
          lines.map((line, index) => (index === 2 ? line.replace('"text"', '"txt"') : line)),
        ),
      ),
      /set-row-invalid: row\.jsonl line 3\.text/,
    );
    expectRefusal(
      await flipside('train', '--model', MODEL, '--out', join(folder, 'x'), '--set', join(folder, 'nowhere.set.json')),
      /usage: Cannot read .*nowhere\.set\.json/,
    );
  },
  3 * MINUTE,
);

test(
  'an output that could not be used is refused before anything is read',
  async () => {
    const set = writeSet('four', 4);
    expectRefusal(
      await flipside('train', '--model', MODEL, '--set', set, '--out', join(folder, 'My_Probe')),
      /usage: probe\.id must hold .*"My_Probe"/,
    );
    expectRefusal(
      await flipside('train', '--model', MODEL, '--set', set, '--out', join(set, 'probe')),
      /usage: Cannot write to/,
    );
    expectRefusal(
      await flipside(
        'record',
        '--model',
        MODEL,
        '--probe',
        PROBE,
        '--stories',
        join(folder, 'nowhere'),
        '--out',
        folder,
      ),
      /usage: Cannot read .*nowhere/,
    );
    expectRefusal(await flipside('read', '--model', MODEL, '--probe', PROBE, '--text', '-hello'), /usage: read: /);
  },
  3 * MINUTE,
);

test(
  'a damaged probe and a damaged model are refused by name',
  async () => {
    const probe = join(folder, 'short-probe');
    cpSync(join(ROOT, PROBE), probe, { recursive: true });
    truncateSync(join(probe, 'directions.safetensors'), 5000);
    expectRefusal(
      await flipside('read', '--model', MODEL, '--probe', probe, '--text', 'x'),
      /tensor-file-invalid: .*directions\.safetensors/,
    );
    const model = join(folder, 'short-model');
    cpSync(join(ROOT, MODEL), model, { recursive: true });
    truncateSync(join(model, 'onnx', 'model_q4.onnx'), 100_000);
    expectRefusal(
      await flipside('verify', '--model', model),
      /model-file-altered: .*short-model\/onnx\/model_q4\.onnx is not the file that was published/,
    );
    rmSync(join(model, 'SHA256SUMS'));
    expectRefusal(
      await flipside('verify', '--model', model),
      /model-graph-malformed: .*short-model\/onnx\/model_q4\.onnx: The model graph/,
    );
  },
  3 * MINUTE,
);
