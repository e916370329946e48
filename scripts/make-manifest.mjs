/**
 * Makes the manifest that the page loads a model by: `node scripts/make-manifest.mjs [--check] [DIR]`.
 * It lies beside the model's folder as DIR.manifest.json, because the folder itself stays as it came.
 * Title and licence are those of the model's card, README.md. Node's own modules only.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEFAULT_DIR = fileURLToPath(new URL('../public/models/smollm2-135m-instruct-q4', import.meta.url));

/** Which file is what, and the order of loading. */
const ROLES = [
  ['graph', /^onnx\/[^/]+\.onnx$/],
  ['weights', /^onnx\/[^/]+\.onnx_data(_\d+)?$/],
  ['config', /^config\.json$/],
  ['generation-config', /^generation_config\.json$/],
  ['tokenizer', /^tokenizer\.json$/],
  ['tokenizer-config', /^tokenizer_config\.json$/],
  ['reference', /^reference\.(json|safetensors)$/],
  ['licence', /^LICENSE$/],
  ['card', /^README\.md$/],
];

/** @returns {string} the manifest of a model's folder, as text; throws on a file that is not the one in SHA256SUMS */
export function makeManifest(dir) {
  const sums = new Map(
    readFileSync(join(dir, 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const [sha256, path] = line.split(/\s+\*?/);
        return [path.replace(/^\.\//, ''), sha256];
      }),
  );
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(dir.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const files = ROLES.flatMap(([role, pattern]) =>
    paths
      .filter((path) => pattern.test(path))
      .map((path) => {
        const sha256 = createHash('sha256')
          .update(readFileSync(join(dir, path)))
          .digest('hex');
        if (sums.get(path) !== sha256)
          throw new Error(`${path} is not the file that SHA256SUMS names; get the model's folder again.`);
        return { path, bytes: statSync(join(dir, path)).size, sha256, role };
      }),
  );
  const unknown = paths.filter((path) => path !== 'SHA256SUMS' && !files.some((file) => file.path === path));
  if (unknown.length > 0)
    throw new Error(`No role is known for ${unknown.join(', ')}; add it to ROLES in scripts/make-manifest.mjs.`);
  const card = readFileSync(join(dir, 'README.md'), 'utf8');
  const id = basename(dir);
  const manifest = {
    format: 'flipside-model-manifest',
    version: 1,
    id,
    title: /^# ([^,\n]+)/m.exec(card)?.[1]?.trim() ?? id,
    licence: /Licence ([A-Za-z0-9.-]+)/.exec(card)?.[1] ?? 'see LICENSE',
    base: `${id}/`,
    files,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const dir = resolve(process.argv.slice(2).find((arg) => !arg.startsWith('--')) ?? DEFAULT_DIR);
  const target = `${dir}.manifest.json`;
  try {
    const text = makeManifest(dir);
    if (!process.argv.includes('--check')) writeFileSync(target, text);
    else if (readFileSync(target, 'utf8') !== text)
      throw new Error(`${target} is out of date; run "node scripts/make-manifest.mjs ${dir}".`);
  } catch (error) {
    process.stderr.write(`make-manifest: ${error.message}\n`);
    process.exit(1);
  }
}
