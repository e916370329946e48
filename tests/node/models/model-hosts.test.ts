/**
 * The hosts that a build names: written into the page's policy and its head, refused where they are none, part of what
 * a build is made of.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { sourceStamp } from '../../../scripts/build.mjs';
import { HOSTS_VARIABLE, parseModelHosts } from '../../../src/models/model-hosts.ts';
import { modelHosts } from '../../../vite.config.ts';

const html = readFileSync('index.html', 'utf8');
const written = (named: string): string => {
  const { transformIndexHtml } = modelHosts(named) as unknown as {
    transformIndexHtml: { handler: (html: string) => string };
  };
  return transformIndexHtml.handler(html);
};
const before = process.env[HOSTS_VARIABLE];
afterEach(() => {
  if (before === undefined) delete process.env[HOSTS_VARIABLE];
  else process.env[HOSTS_VARIABLE] = before;
});

test('a build without hosts is the page as it is, which asks only where it came from', () => {
  expect(written('')).toBe(html);
  expect(html).toContain("connect-src 'self';");
  expect(html).not.toContain('flipside-model-hosts');
});

test('a build with hosts lets them through, and nothing else, and tells the page their names', () => {
  const page = written('https://huggingface.co  https://*.hf.co');
  expect(/connect-src ([^;]*);/.exec(page)?.[1]).toBe("'self' https://huggingface.co https://*.hf.co");
  const content = /<meta name="flipside-model-hosts" content="([^"]*)" \/>/.exec(page)?.[1] ?? '';
  expect(parseModelHosts(content).hosts).toEqual(['https://huggingface.co', 'https://*.hf.co']);
  // Only these two places differ.
  expect(
    page
      .replace(' https://huggingface.co https://*.hf.co;', ';')
      .replace(/<meta name="flipside-model-hosts"[^>]*>\n {4}/, ''),
  ).toBe(html);
});

test('one word lets the Hub through: where it is asked, and where its files lie', () => {
  expect(written('huggingface')).toBe(written('https://huggingface.co https://*.hf.co'));
  expect(parseModelHosts('huggingface https://huggingface.co').hosts).toEqual([
    'https://huggingface.co',
    'https://*.hf.co',
  ]);
  expect(() => modelHosts('huggingface hub')).toThrow(/^FLIPSIDE_MODEL_HOSTS holds "hub"/);
});

test.each(['*', 'http://huggingface.co', "https://a.b'; script-src *", 'https://a.b/"><script>'])(
  'a build with %j is refused, with the word that is wrong',
  (named) => {
    expect(() => modelHosts(named)).toThrow(/^FLIPSIDE_MODEL_HOSTS holds "/);
  },
);

test('vite build prints that refusal as its last line, without a stack that would bury it', () => {
  const outcome = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], {
    env: { ...process.env, [HOSTS_VARIABLE]: 'huggingface.co' },
    encoding: 'utf8',
  });
  expect(outcome.status).not.toBe(0);
  const printed = stripVTControlCharacters(outcome.stderr).trim().split('\n');
  expect(printed.at(-1)).toMatch(
    /^FLIPSIDE_MODEL_HOSTS holds "huggingface\.co", which is no https origin such as https:\/\/huggingface\.co /,
  );
  expect(printed.filter((line) => line.startsWith('    at '))).toEqual([]);
}, 120_000);

test('npm start builds again when the hosts change', () => {
  delete process.env[HOSTS_VARIABLE];
  const without = sourceStamp();
  process.env[HOSTS_VARIABLE] = 'https://huggingface.co';
  expect(sourceStamp()).not.toBe(without);
  delete process.env[HOSTS_VARIABLE];
  expect(sourceStamp()).toBe(without);
});
