/**
 * The licence notices of every package that a build holds, workers included. Vite's own `build.license` sees the page's
 * chunks and not those of the workers, where the engine is.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in a build. */
export const NOTICES = 'THIRD-PARTY-NOTICES.md';

const MIT = (owner) => `MIT License

Copyright (c) ${owner}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Packages that are published without the text of their licence; it stands in their repositories. */
const UNPACKED = {
  'onnxruntime-web': MIT('Microsoft Corporation'),
  'onnxruntime-common': MIT('Microsoft Corporation'),
};

/** Vite plugins: `page` for the build, `workers` for those of its workers; together they write {@link NOTICES}. */
export function notices() {
  const folders = new Set();
  const collect = (bundle) => {
    for (const chunk of Object.values(bundle)) {
      for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
        const folder = packageFolder(id);
        if (folder !== null) folders.add(folder);
      }
    }
  };
  return {
    workers: () => ({
      name: 'flipside-notices-of-workers',
      apply: 'build',
      generateBundle: (_, bundle) => collect(bundle),
    }),
    page: {
      name: 'flipside-notices',
      apply: 'build',
      generateBundle(_, bundle) {
        collect(bundle);
        this.emitFile({ type: 'asset', fileName: NOTICES, source: noticesOf([...folders]) });
      },
    },
  };
}

/** @returns {string | null} the folder of the npm package that a module comes from */
export function packageFolder(id) {
  const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/?]+)\//.exec(id.split('\\').join('/'));
  return found?.[1] ?? null;
}

/** The text of {@link NOTICES} for packages by their folders. Throws for one whose licence nobody can read. */
export function noticesOf(folders) {
  const packages = folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(noticeOf);
  const byName = new Map(packages.map((one) => [`${one.name} ${one.version}`, one]));
  const sections = [...byName.keys()].sort().map((key) => {
    const { licence, text } = byName.get(key);
    return `## ${key} (${licence})\n\n${text.trim()}\n`;
  });
  return [
    '# Third-party notices\n\nThis build holds code of the packages below, each under its own licence.\n',
    ...sections,
  ].join('\n');
}

function noticeOf(folder) {
  const { name, version, license: licence } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[sc]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const text = texts.length > 0 ? texts.join('\n') : UNPACKED[name];
  if (text === undefined)
    throw new Error(
      `The package ${name} ${version} comes without the text of its licence (${licence ?? 'none named'}). Add it to scripts/notices.mjs.`,
    );
  return { name, version, licence: licence ?? 'see below', text };
}
