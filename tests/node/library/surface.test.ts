/** The package as it is built: its names, its types, its size, and what it leans on. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiReports, reportName, REPORTS } from '../../../scripts/api-report.mjs';
import { buildLibrary } from '../../../scripts/build-library.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
const built = (): string => join(folder, 'node_modules/flipside');

beforeAll(async () => {
  folder = mkdtempSync(join(ROOT, 'node_modules', '.library-'));
  mkdirSync(join(folder, 'node_modules'));
  await buildLibrary(join(folder, 'package'));
  symlinkSync(join(folder, 'package'), built(), 'dir');
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a bundler makes of everything that an entry exports. */
async function bundled(entry: string): Promise<{ readonly bytes: number; readonly imports: readonly string[] }> {
  const bundle = await rolldown({
    input: join(built(), 'lib/entries', `${entry}.js`),
    platform: 'neutral',
    external: (id) => !/^[./\0]/.test(id),
  });
  const { output } = await bundle.generate({ minify: true, codeSplitting: false });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  return {
    bytes: gzipSync(chunks.map(({ code }) => code).join(''), { level: 9 }).length,
    imports: chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]),
  };
}

describe('the package', () => {
  it('has the surface that docs/api shows', () => {
    const reports = apiReports(join(folder, 'package'));
    const stored = [...reports.keys()].map((entry) => [entry, readFileSync(join(REPORTS, reportName(entry)), 'utf8')]);
    expect(Object.fromEntries(reports), 'run "node scripts/api-report.mjs" where the change is meant').toEqual(
      Object.fromEntries(stored),
    );
    expect(readdirSync(REPORTS).sort()).toEqual([...reports.keys()].map(reportName).sort());
  });

  it.each([
    ['stats', 6_000],
    ['probe', 40_000],
    ['training', 45_000],
    ['graph', 25_000],
    ['formats', 45_000],
    ['experiments', 125_000],
  ])('%s stays below %i bytes and needs no other package', async (entry, most) => {
    const { bytes, imports } = await bundled(entry);
    expect(imports).toEqual([]);
    expect(bytes).toBeLessThan(most);
    expect(bytes).toBeGreaterThan(1_000);
  });

  it('has no Svelte and no second engine in it', () => {
    const files = readdirSync(join(built(), 'lib'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files)
      expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toMatch(/from\s*["'](svelte|plotly|@mlc-ai)/);
  });

  it.each(['nodenext', 'bundler'])('has types that a strict program can use (%s)', (resolution) => {
    writeFileSync(
      join(folder, 'use.mts'),
      `import { open, traceOf, type Score } from 'flipside/engine';
import { auroc } from 'flipside/stats';
import { parseProbe } from 'flipside/probe';
import { runTraining } from 'flipside/training';
import { readoutDecoder } from 'flipside/graph';
import { parseRecording } from 'flipside/formats';
import { DESIGNS } from 'flipside/experiments';
import { openReader } from 'flipside/node';
export async function read(): Promise<number> {
  const engine = await open('model', { probe: 'probe' });
  const scores: Score[] = [];
  for await (const score of engine.read('Hello.')) scores.push(score);
  // @ts-expect-error a strength is needed
  engine.steer('Hello.', {});
  return traceOf(scores)[0]?.score ?? auroc([1], [1]);
}
export const more = [parseProbe, runTraining, readoutDecoder, parseRecording, DESIGNS, openReader];
`,
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          types: [],
          target: 'es2023',
          lib: ['ES2024', 'DOM', 'DOM.AsyncIterable'],
          module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution: resolution,
        },
        files: ['use.mts'],
      }),
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(() => execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).not.toThrow();
  });
});
