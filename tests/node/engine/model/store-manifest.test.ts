/** The list of a model's files: what is let through, what is not, and that the shipped one is true. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeManifest } from '../../../../scripts/make-manifest.mjs';
import { AppError } from '../../../../src/base/errors.ts';
import { parseManifest, weightsSha256 } from '../../../../src/engine/store/manifest.ts';
import { createSha256, sha256Hex, sha256HexFast } from '../../../../src/engine/store/sha256.ts';

const DIR = 'public/models/smollm2-135m-instruct-q4';
const shipped = readFileSync(`${DIR}.manifest.json`, 'utf8');

/** The shipped manifest with one field of it, or of its first file, replaced. */
function changed(change: (manifest: Record<string, unknown>, file: Record<string, unknown>) => void): string {
  const manifest = JSON.parse(shipped) as Record<string, unknown> & { files: Record<string, unknown>[] };
  change(manifest, manifest.files[0]!);
  return JSON.stringify(manifest);
}

function refusal(text: string): AppError {
  try {
    parseManifest(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The manifest was let through.');
}

describe('the manifest of the embedded model', () => {
  test('is what the script makes of the files, and names every file', () => {
    expect(shipped).toBe(makeManifest(DIR));
    const paths = readdirSync(DIR, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
    expect(
      parseManifest(shipped)
        .files.map((file) => file.path.split('/').at(-1))
        .sort(),
    ).toEqual(paths.filter((name) => name !== 'SHA256SUMS').sort());
  });

  test('agrees with SHA256SUMS', () => {
    const sums = new Map(
      readFileSync(`${DIR}/SHA256SUMS`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(68), line.slice(0, 64)]),
    );
    for (const file of parseManifest(shipped).files) expect(sums.get(file.path), file.path).toBe(file.sha256);
  });

  test('has one hash for all weights, over the hashes of the graph and the weight files', () => {
    const { files } = parseManifest(shipped);
    const hexes = ['model_q4.onnx', 'model_q4.onnx_data', 'model_q4.onnx_data_1', 'model_q4.onnx_data_2'].map(
      (name) => files.find((file) => file.path === `onnx/${name}`)!.sha256,
    );
    expect(weightsSha256(files)).toBe(createHash('sha256').update(hexes.join('')).digest('hex'));
    expect(
      weightsSha256(files.map((file) => (file.role === 'weights' ? { ...file, sha256: '0'.repeat(64) } : file))),
    ).not.toBe(weightsSha256(files));
    expect(
      weightsSha256(files.map((file) => (file.role === 'card' ? { ...file, sha256: '0'.repeat(64) } : file))),
    ).toBe(weightsSha256(files));
  });
});

describe('a manifest from outside', () => {
  test.each<[string, string, string]>([
    ['is not JSON', '{', 'manifest'],
    ['is a list', '[]', 'manifest'],
    ['is of another format', changed((manifest) => (manifest['format'] = 'other')), 'format'],
    ['is of a later version', changed((manifest) => (manifest['version'] = 2)), 'version'],
    ['has no title', changed((manifest) => delete manifest['title']), 'title'],
    ['has a base that climbs', changed((manifest) => (manifest['base'] = '../../')), 'base'],
    ['has a base elsewhere', changed((manifest) => (manifest['base'] = 'https://example.org/')), 'base'],
    ['has no files', changed((manifest) => (manifest['files'] = {})), 'files'],
    [
      'has too many files',
      changed(
        (manifest, file) =>
          (manifest['files'] = Array.from({ length: 65 }, (_, i) => ({ ...file, path: `f${String(i)}` }))),
      ),
      'files',
    ],
    ['names a file twice', changed((manifest, file) => (manifest['files'] = [file, file])), 'files'],
    [
      'has an adapter beside a graph',
      changed((manifest, file) => {
        const one = (path: string, role: string): object => ({ ...file, path, role });
        manifest['files'] = [file, one('a/adapter_model.safetensors', 'adapter'), one('a/c.json', 'adapter-config')];
      }),
      'files',
    ],
    [
      'has an adapter without its config',
      changed((manifest, file) => {
        const one = (path: string, role: string): object => ({ ...file, path, role });
        manifest['files'] = [one('m.safetensors', 'checkpoint'), one('a/adapter_model.safetensors', 'adapter')];
      }),
      'files',
    ],
    ['has no graph', changed((_, file) => (file['role'] = 'weights')), 'files'],
    ['climbs out of the folder', changed((_, file) => (file['path'] = 'onnx/../../secret')), 'files[0].path'],
    ['has an absolute path', changed((_, file) => (file['path'] = '/etc/passwd')), 'files[0].path'],
    ['has a path of another server', changed((_, file) => (file['path'] = '//example.org/x')), 'files[0].path'],
    ['has a path with a query', changed((_, file) => (file['path'] = 'a?b')), 'files[0].path'],
    ['has an encoded path', changed((_, file) => (file['path'] = '%2e%2e/x')), 'files[0].path'],
    ['has a backslash', changed((_, file) => (file['path'] = '..\\x')), 'files[0].path'],
    ['has no length', changed((_, file) => (file['bytes'] = 0)), 'files[0].bytes'],
    ['has half a byte', changed((_, file) => (file['bytes'] = 1.5)), 'files[0].bytes'],
    ['has a file larger than a buffer', changed((_, file) => (file['bytes'] = 2 ** 31)), 'files[0].bytes'],
    ['has a hash in capitals', changed((_, file) => (file['sha256'] = 'A'.repeat(64))), 'files[0].sha256'],
    ['has a short hash', changed((_, file) => (file['sha256'] = 'a'.repeat(63))), 'files[0].sha256'],
    ['has an unknown role', changed((_, file) => (file['role'] = 'virus')), 'files[0].role'],
  ])('that %s is refused with the field', (_, text, field) => {
    const error = refusal(text);
    expect(error.code).toBe('model-manifest-invalid');
    expect(error.details['field']).toBe(field);
    expect(error.message).toContain(field);
  });

  test('shows only the start of a long value', () => {
    expect(refusal(changed((_, file) => (file['path'] = '/'.repeat(10_000)))).message.length).toBeLessThan(400);
  });

  test('may use dots inside names', () => {
    expect(parseManifest(changed((_, file) => (file['path'] = 'a..b/.c/d.'))).files[0]!.path).toBe('a..b/.c/d.');
  });
});

describe('SHA-256', () => {
  test('is the same piece by piece, at once and by the platform', async () => {
    const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 31) & 255);
    const pieces = createSha256();
    for (let at = 0; at < bytes.length; at += 977) pieces.update(bytes.subarray(at, at + 977));
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect([pieces.hex(), sha256Hex(bytes), await sha256HexFast(bytes)]).toEqual([expected, expected, expected]);
  });
});
