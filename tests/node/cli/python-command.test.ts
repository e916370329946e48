/** Readings as Python programs: short, whole, and with the numbers that PyTorch found. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../../../src/cli/commands/python.ts';
import { fourDigits } from '../../../src/formats/python/program-types.ts';
import { MOST_PYTHON_LINES, MOST_ROUNDING_LINES, pythonProgram } from '../../../src/formats/python/python-program.ts';
import { findPython } from '../../../scripts/python.mjs';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';
import { writePrograms, type WrittenProgram } from '../../fixtures/python/programs.ts';
import { refusal, refusalOf } from '../../fixtures/refusal.ts';

/** What the same programs gave when they were run: `npm run -s check:python -- --write`. */
const PYTORCH = JSON.parse(
  readFileSync(new URL('../../fixtures/python/pytorch.json', import.meta.url), 'utf8'),
) as Record<string, number>;

let folder = '';
let programs: readonly WrittenProgram[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-python-'));
  programs = await writePrograms(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => python.run(args, new AbortController().signal);

describe('the command python', () => {
  it('asserts what PyTorch finds with the same weights, to four digits', () => {
    expect(programs.map(({ name }) => name).sort()).toEqual(
      Object.keys(PYTORCH)
        .filter((name) => !['torch', 'transformers', 'nnsight'].includes(name))
        .sort(),
    );
    for (const { name, source, expected } of programs) {
      expect(source, name).toContain(`EXPECTED, TOLERANCE = ${expected}, ${fourDigits(expected)}\n`);
      expect(Math.abs(expected - PYTORCH[name]!), name).toBeLessThan(fourDigits(expected));
    }
  });

  it('writes at most 25 lines that Python takes, and four more that round weights', () => {
    for (const { name, source } of programs)
      expect(source.trimEnd().split('\n').length, name).toBeLessThanOrEqual(
        MOST_PYTHON_LINES + (source.includes('gguf.quants') ? MOST_ROUNDING_LINES : 0),
      );
    const { status, stderr, error } = spawnSync(
      findPython() ?? 'python3',
      ['-m', 'py_compile', ...programs.map(({ name }) => join(folder, `${name}.py`))],
      { encoding: 'utf8' },
    );
    expect(error).toBeUndefined();
    expect([status, stderr]).toEqual([0, '']);
  });

  it('refuses an ONNX graph without the checkpoint that transformers can open, and that without a tolerance', async () => {
    const args = ['--model', MODEL, '--probe', PROBE, '--text', 'She fed the dog.'];
    const { code, message } = await refusalOf(run(...args));
    expect(code).toBe('usage');
    expect(message).toContain('transformers cannot open');
    expect(message).toContain('--weights');
    expect((await refusalOf(run(...args, '--weights', 'some/model'))).message).toContain('--tolerance');
  });

  it('writes no number that is none', () => {
    const reading = {
      kind: 'reading',
      title: 'x',
      weights: { model: 'm', gguf: null, origin: null },
      text: 'x',
      ids: null,
      token: 0,
      id: 1,
      neutral: [],
      own: false,
      layers: [1],
      directions: Float32Array.of(1, 2),
      zero: [0],
      scale: 1,
      expected: Number.NaN,
      tolerance: 1,
    } as const;
    expect(refusal(() => pythonProgram(reading)).message).toContain('the first token of a text has no score');
    expect(pythonProgram({ ...reading, expected: 1 })).toContain('[0]');
  });

  it('takes any text as it is', () => {
    const text = 'A "quote", a \\ and\na line; \u2028 \u{1f600} # {x} %s';
    const source = pythonProgram({
      kind: 'steering',
      title: 'a\nb',
      weights: { model: 'a "b"', gguf: null, origin: null },
      text,
      ids: null,
      continuation: { text: ' "\n', ids: [1, 2] },
      from: 1,
      steps: [{ stream: 1, add: Float32Array.of(1), bound: null }],
      expected: -1,
      tolerance: 0.001,
    });
    const { stdout } = spawnSync(
      findPython() ?? 'python3',
      [
        '-c',
        'import ast, json, sys; t = ast.parse(sys.stdin.buffer.read()); print(json.dumps([n.value for n in ast.walk(t) if isinstance(n, ast.Constant) and isinstance(n.value, str)]))',
      ],
      { input: source, encoding: 'utf8' },
    );
    expect(JSON.parse(stdout)).toContain(text);
    expect(source.split('\n')[0]).toContain('a b');
  });
});
