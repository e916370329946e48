/** The Python reader in python/: its own tests, and its numbers beside those of the page. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findPython } from '../../../scripts/python.mjs';
import { parseRecording } from '../../../src/formats/runs/recording-json.ts';
import { tracePoints } from '../../../src/reading/trace.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RUNS = ['bakery', 'mercy', 'steady-cruel'];

/** What Python prints; its standard error where it fails. */
function printed(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(findPython() ?? 'python3', args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: 'python' },
  });
  if (error !== undefined || status !== 0) throw new Error(`Python failed: ${error?.message ?? stderr}`);
  return stdout + stderr;
}

describe('the Python reader', () => {
  it('passes its own tests', () => {
    expect(printed(['-m', 'unittest', 'discover', '-s', 'python/tests', '-t', 'python'])).toMatch(
      /Ran [1-9]\d* tests.*\n+OK/,
    );
  });

  it('reads the scores and draws the line of the page', () => {
    const program = `
import flipside, json, sys
for name in sys.argv[1:]:
    run = flipside.open(f"public/recordings/{name}.json")
    trace, raw = run.trace(), run.trace(layer=9)
    print(json.dumps({"tokens": run.tokens, "scores": run.scores[1:].tolist(), "trace": [list(map(float, trace[key])) for key in ("from", "after", "score", "low", "high")],
                      "stand": trace["stand"], "raw": list(map(float, raw["score"]))}))
`;
    const lines = printed(['-c', program, ...RUNS])
      .trim()
      .split('\n');
    expect(lines).toHaveLength(RUNS.length);
    RUNS.forEach((name, index) => {
      const told = JSON.parse(lines[index] ?? '') as {
        readonly tokens: string[];
        readonly scores: number[][];
        readonly trace: number[][];
        readonly stand: string[];
        readonly raw: number[];
      };
      const run = parseRecording(readFileSync(`${ROOT}/public/recordings/${name}.json`, 'utf8'));
      expect(told.tokens).toEqual(run.tokens.map(({ text }) => text));
      expect(told.scores.flat()).toEqual(Array.from(run.scores.subarray(run.layers)));
      const points = tracePoints(run.taps, run.tokens.length, null, run.defaultLayer);
      expect(points.length).toBeGreaterThan(20);
      expect(told.stand).toEqual(points.map(({ stand }) => stand));
      for (const [column, key] of (['from', 'afterToken', 'score', 'low', 'high'] as const).entries())
        points.forEach((point, at) => expect(told.trace[column]?.[at]).toBeCloseTo(point[key], 10));
      const raw = tracePoints(run.taps, run.tokens.length, 9, run.defaultLayer);
      raw.forEach(({ score }, at) => expect(told.raw[at]).toBeCloseTo(score, 5));
    });
  });
});
