/** `publish`: the shelf that it makes, what it refuses, and what a reader of the index refuses. */
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readProbe } from '../../../src/cli/files.ts';
import { publish } from '../../../src/cli/commands/publish.ts';
import { serialiseAblation } from '../../../src/formats/probe/ablation.ts';
import { parseShelf, serialiseShelf, type ShelvedProbe } from '../../../src/formats/probe/shelf.ts';
import { sampleAblation } from '../../fixtures/samples/ablation-sample.ts';
import { sha256Of } from '../../../src/base/sha256.ts';

const PROBES = fileURLToPath(new URL('../../../probes/', import.meta.url));
const never = new AbortController().signal;
const root = mkdtempSync(join(tmpdir(), 'flipside-shelf-'));
afterAll(() => rmSync(root, { recursive: true }));
const probe = (name: string): string => join(PROBES, name);
const copy = (name: string, as = name): string => {
  cpSync(probe(name), join(root, as), { recursive: true });
  return join(root, as);
};

test('writes a card beside every probe, from probe and report, with its hash', async () => {
  const [out, stale] = [join(root, 'cards'), copy('terse-wordy', 'stale')];
  appendFileSync(join(stale, 'CARD.md'), 'What is not true of it.');
  await publish.run(['--out', out, stale], never);
  const [first] = parseShelf(readFileSync(join(out, 'index.json'), 'utf8'));
  const card = readFileSync(join(out, 'stale', 'CARD.md'));
  expect(card.equals(readFileSync(join(probe('terse-wordy'), 'CARD.md')))).toBe(true);
  expect(first?.card).toEqual({ bytes: card.byteLength, sha256: sha256Of(card) });
});

test('says on the card what the model loses without the probe, and refuses what was measured of other files', async () => {
  const [out, own, other] = [join(root, 'lost'), copy('formal-casual', 'lost-own'), copy('terse-wordy', 'lost-other')];
  const { sha256 } = await readProbe(own);
  writeFileSync(
    join(own, 'ablation.json'),
    serialiseAblation({ ...sampleAblation, probe: { ...sampleAblation.probe, sha256 } }),
  );
  await publish.run(['--out', out, own], never);
  expect(readFileSync(join(out, 'lost-own', 'CARD.md'), 'utf8')).toContain(
    '**Without the direction that reads, at every layer (KL 0.2 nats), the model loses ',
  );
  cpSync(join(own, 'ablation.json'), join(other, 'ablation.json'));
  await expect(publish.run(['--out', out, other], never)).rejects.toThrow('ablation.json is of other files of a probe');
});

test('copies every file, byte by byte, and writes an index with hashes and what the report measured', async () => {
  const out = join(root, 'shelf');
  const { result } = await publish.run(['--out', out, probe('terse-wordy'), probe('formal-casual')], never);
  expect(result).toMatchObject({ probes: ['terse-wordy', 'formal-casual'] });
  const [first, second] = parseShelf(readFileSync(join(out, 'index.json'), 'utf8'));
  expect(second?.folder).toBe('formal-casual');
  const report = JSON.parse(readFileSync(join(probe('terse-wordy'), 'report.json'), 'utf8')) as {
    curves: { nested: { auroc: { value: number; n: number } } }[];
  };
  expect(first?.auroc.value).toBe(report.curves[0]?.nested.auroc.value);
  expect(first?.auroc.topics).toBe(report.curves[0]?.nested.auroc.n);
  for (const [name, { bytes, sha256 }] of Object.entries(first?.files ?? {})) {
    const copied = readFileSync(join(out, 'terse-wordy', name));
    expect(copied.equals(readFileSync(join(probe('terse-wordy'), name)))).toBe(true);
    expect([bytes, sha256]).toEqual([copied.byteLength, sha256Of(copied)]);
  }
});

describe('refuses, and writes nothing', () => {
  const out = join(root, 'nothing');
  test.each([
    ['no folder', () => [], /name the folders of the probes/],
    [
      'a probe without a report',
      () => {
        const folder = copy('terse-wordy', 'no-report');
        rmSync(join(folder, 'report.json'));
        return [folder];
      },
      /no-report has no report.json that can be read\. A probe is published with its report/,
    ],
    [
      'a report of another probe',
      () => {
        const folder = copy('terse-wordy', 'mixed');
        cpSync(join(probe('formal-casual'), 'report.json'), join(folder, 'report.json'));
        return [folder];
      },
      /The report judges "formal-casual"/,
    ],
    [
      'a file larger than a page opens',
      () => {
        const folder = copy('terse-wordy', 'large');
        appendFileSync(join(folder, 'probe.json'), ' '.repeat(4_000_000));
        return [folder];
      },
      /large\/probe\.json has \d+ bytes, and a page opens at most 4000000 of it from a link/,
    ],
    ['two folders of one name', () => [probe('terse-wordy'), copy('terse-wordy')], /two of the folders are named/],
  ])('%s', async (_, folders, says) => {
    await expect(publish.run(['--out', out, ...folders()], never)).rejects.toThrow(says);
    expect(existsSync(out)).toBe(false);
  });
});

describe('an index is refused with the path of', () => {
  const index = readFileSync(fileURLToPath(new URL('../../fixtures/shelf/index.json', import.meta.url)), 'utf8');
  test.each([
    ['a newer version', (text: string) => text.replace('"version": 1', '"version": 2'), /written by a newer Flipside/],
    ['a folder that climbs', (text: string) => text.replace('"terse-wordy"', '"../etc"'), /index.probes\[0\].folder/],
    [
      'a folder twice',
      (text: string) => text.replace('"formal-casual"', '"terse-wordy"'),
      /as that of a probe before it/,
    ],
    [
      'a hash that is none',
      (text: string) => text.replace(/"sha256":"\w+"/, '"sha256":"12"'),
      /probe.json.sha256 must be/,
    ],
    [
      'a file that a page would not open',
      (text: string) => text.replace(/"bytes":\d+/, '"bytes":4000001'),
      /files.probe.json.bytes must be/,
    ],
  ])('%s', (_, change, says) => {
    // The fixture is of a time before cards.
    expect(parseShelf(index).map(({ card }) => card)).toEqual([null, null]);
    expect(() => parseShelf(change(index))).toThrow(says);
  });

  test('and never written', () => {
    const [first] = parseShelf(index);
    expect(() => serialiseShelf([{ ...(first as ShelvedProbe), folder: 'a/b' }])).toThrow(/folder must hold/);
  });
});
