/** Files of the command: strict UTF-8, bounded in size, whole or not at all. */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExperimentFolder } from '../../../src/cli/experiment-folder.ts';
import { readIfThere, readProse, readSetFiles, readText, writeOutput } from '../../../src/cli/files.ts';
import type { UnitsHead } from '../../../src/experiments/unit-file.ts';
import { refusalOf } from '../../fixtures/refusal.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('a text file that the user names', () => {
  it('in another encoding is refused with the line, and not read with replacement characters', async () => {
    const latin = put('latin.txt', Buffer.from('first\ncafé\n', 'latin1'));
    const record = await refusalOf(readText(latin));
    expect(record.code).toBe('usage');
    expect(record.message).toContain(
      'latin.txt line 2 is not UTF-8: it was saved in another encoding. Save it as UTF-8 text',
    );
  });

  it('of a set is held to the same, as the page holds it', async () => {
    put('x.set.json', '{}');
    put('x.jsonl', Buffer.from('{"text":"ok"}\n{"text":"café"}\n', 'latin1'));
    expect(await refusalOf(readSetFiles(join(folder, 'x.set.json')))).toMatchObject({
      code: 'set-invalid',
      message: expect.stringContaining('x.jsonl line 2 is not UTF-8') as string,
    });
  });

  it('loses its byte-order mark and nothing else', async () => {
    expect(await readText(put('bom.txt', '\ufeffcafé 日本\n'))).toBe('café 日本\n');
  });

  it('that is larger than any context is refused with its size, without reading all of it', async () => {
    const path = join(folder, 'large.txt');
    const file = openSync(path, 'w');
    ftruncateSync(file, 3_000_000_000);
    closeSync(file);
    expect((await refusalOf(readProse(path))).message).toContain(
      'large.txt: it has 3000 MB; at most 16 MB are read. Name a smaller file.',
    );
  });

  it('without an end, such as a device, is refused', async () => {
    expect((await refusalOf(readProse('/dev/zero'))).message).toContain(
      '/dev/zero: it has no end, or is larger; at most 16 MB are read.',
    );
  });

  it('that is missing is null where it may be', async () => {
    expect(await readIfThere(join(folder, 'nowhere'))).toBeNull();
    expect((await refusalOf(readIfThere(folder))).message).toMatch(/Cannot read .*EISDIR/);
  });
});

describe('an output', () => {
  it('that cannot be written leaves no half of it', async () => {
    mkdirSync(join(folder, 'taken', 'name'), { recursive: true });
    expect((await refusalOf(writeOutput(join(folder, 'taken', 'name'), 'x'))).message).toMatch(/Cannot write .*name/);
    expect(readdirSync(join(folder, 'taken'))).toEqual(['name']);
  });
});

describe('an experiment’s folder after a loss of power', () => {
  const head: UnitsHead = {
    experiment: 'tiny',
    design: 'opposites',
    specSha256: 'a'.repeat(64),
    size: 'full',
    model: { id: 'toy', weightsSha256: 'b'.repeat(64), layerCount: 2, hidden: 4 },
    backend: 'node',
  };

  it.each([
    ['empty', ''],
    ['cut off', '{"format":"flipside-unit","ver'],
  ])('with a unit that is %s opens: the file is set aside and the unit is measured again', async (name, left) => {
    const dir = join(folder, name);
    const store = await openExperimentFolder(dir, head);
    await store.keepPrepared({ offset: 1 });
    await store.keep({ id: 'w1', data: { x: 1 } });
    await store.keep({ id: 'w2', data: { x: 2 } });
    writeFileSync(join(dir, 'units', 'w1.json'), left);
    const again = await openExperimentFolder(dir, head);
    expect([...(await again.ids())]).toEqual(['w2']);
    expect(readdirSync(join(dir, 'units')).sort()).toEqual(['w1.json.broken', 'w2.json']);
    expect(readFileSync(join(dir, 'units', 'w1.json.broken'), 'utf8')).toBe(left);
    await again.keep({ id: 'w1', data: { x: 1 } });
    expect([...(await (await openExperimentFolder(dir, head)).ids())].sort()).toEqual(['w1', 'w2']);
  });

  it('with a unit of something else is refused, and nothing is renamed', async () => {
    const dir = join(folder, 'other');
    const store = await openExperimentFolder(dir, head);
    await store.keepPrepared({ offset: 1 });
    await store.keep({ id: 'w1', data: { x: 1 } });
    await expect(openExperimentFolder(dir, { ...head, specSha256: 'c'.repeat(64) })).rejects.toThrow(/specSha256/);
    expect(readdirSync(join(dir, 'units'))).toEqual(['w1.json']);
  });
});
