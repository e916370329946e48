/** Writing a probe's folder: whole or not at all, and never over a probe without being asked. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareBundle, writeBundle } from '../../../src/cli/bundle-folder.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { PROBE_FILES, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'flipside-bundle-'));
  folder = join(parent, 'kind-cruel');
});
afterEach(() => rmSync(parent, { recursive: true }));

const contentsOf = (title: string): Map<string, string | Uint8Array> => {
  const { json, tensors } = serialiseProbe({ ...sampleProbe, title });
  return new Map<string, string | Uint8Array>([
    [PROBE_FILES.json, json],
    [PROBE_FILES.tensors, tensors],
    ['CARD.md', `# ${title}\n`],
  ]);
};
const titleIn = async (where: string): Promise<string> => (await readProbe(where)).probe.title;

describe('a probe’s folder', () => {
  it('is made with its parents, and nothing else is left beside it', async () => {
    const deep = join(parent, 'a', 'b');
    await prepareBundle(deep, false);
    expect(readdirSync(join(parent, 'a'))).toEqual([]);
    await writeBundle(deep, contentsOf('First'));
    expect(readdirSync(join(parent, 'a'))).toEqual(['b']);
    expect(readdirSync(deep).sort()).toEqual(['CARD.md', 'directions.safetensors', 'probe.json']);
    expect(await titleIn(deep)).toBe('First');
    expect(statSync(deep).mode & 0o777).toBe(statSync(join(parent, 'a')).mode & 0o777);
  });

  it('that holds a probe is not written to unless that is asked for; then nothing of the old one stays', async () => {
    await writeBundle(folder, new Map([...contentsOf('First'), ['csv/layers.csv', 'a,b\n']]));
    const record = await refusalOf(prepareBundle(folder, false));
    expect(record.code).toBe('usage');
    expect(record.message).toContain(
      'already holds a probe (probe.json, directions.safetensors). Name another folder, or give --force',
    );
    await prepareBundle(folder, true);
    expect(await titleIn(folder)).toBe('First');
    await writeBundle(folder, contentsOf('Second'));
    expect(await titleIn(folder)).toBe('Second');
    expect(readdirSync(folder).sort()).toEqual(['CARD.md', 'directions.safetensors', 'probe.json']);
    expect(readdirSync(parent)).toEqual(['kind-cruel']);
  });

  it('keeps what is no part of a probe, such as readings that were stored in it', async () => {
    await writeBundle(folder, contentsOf('First'));
    mkdirSync(join(folder, 'readings'));
    writeFileSync(join(folder, 'readings', 'one'), 'x');
    await writeBundle(folder, contentsOf('Second'));
    expect(readFileSync(join(folder, 'readings', 'one'), 'utf8')).toBe('x');
    expect(await titleIn(folder)).toBe('Second');
  });

  it('stays as it was where a file of the new probe cannot be written', async () => {
    await writeBundle(folder, contentsOf('First'));
    // A name that no file system takes stands for a full disk: the write fails after others went through.
    const record = await refusalOf(writeBundle(folder, new Map([...contentsOf('Second'), ['x'.repeat(300), 'y']])));
    expect(record.message).toMatch(/Cannot write .*ENAMETOOLONG/);
    expect(await titleIn(folder)).toBe('First');
    expect(readdirSync(parent)).toEqual(['kind-cruel']);
  });

  it('below a file is refused before anything is read', async () => {
    writeFileSync(join(parent, 'file'), '');
    expect((await refusalOf(prepareBundle(join(parent, 'file', 'probe'), false))).message).toMatch(
      /Cannot (read|write to) .*file/,
    );
  });
});
