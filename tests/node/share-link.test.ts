import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { linkCode, MOST_UNPACKED_BYTES, type Shared, toBase64Url } from '../../src/format/share-link.ts';
import { deflate } from '../../src/state/deflate.ts';
import { codeOf, sharedIn } from '../../src/state/link-code.ts';
import { samplePush } from '../fixtures/sample-run.ts';
import { sampleShared } from '../fixtures/sample-shared.ts';

const shared = sampleShared;
const pushed: Shared = { ...shared, push: samplePush };

const refusal = async (code: string): Promise<AppError> => {
  const error: unknown = await sharedIn(code).then(() => new Error('was accepted'), (thrown: unknown) => thrown);
  if (error instanceof AppError) return error;
  throw error;
};
const packed = async (json: string): Promise<string> => linkCode(toBase64Url(await deflate(new TextEncoder().encode(json))));
const altered = (change: Partial<Record<keyof Shared, unknown>>): Promise<string> => packed(JSON.stringify({ ...shared, ...change }));

describe('a link', () => {
  it('brings back what it was made of, in characters that every address may hold', async () => {
    const code = await codeOf(shared);
    expect(code).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(await sharedIn(code)).toEqual(shared);
  });

  it('brings back a bare text and a long one', async () => {
    const bare = { ...shared, text: '', given: null, probe: null, token: null, locked: false, view: {} };
    expect(await sharedIn(await codeOf(bare))).toEqual(bare);
    const long = { ...shared, text: 'He rode on. '.repeat(20_000) };
    expect(await sharedIn(await codeOf(long))).toEqual(long);
  });

  it('of a pushed run brings the push, and is of a version that pages from before refuse', async () => {
    const code = await codeOf(pushed);
    expect(await sharedIn(code)).toEqual(pushed);
    expect([code, await codeOf(shared)].map((each) => each.split('.')[0])).toEqual(['2', '1']);
    const before = { ...shared } as Partial<Shared>;
    delete (before as Record<string, unknown>)['push'];
    expect(await sharedIn(await packed(JSON.stringify(before)))).toEqual(shared);
  });

  it('that was cut anywhere says that it was cut', async () => {
    const code = await codeOf(shared);
    for (let length = 2; length < code.length; length += 1) {
      const error = await refusal(code.slice(0, length));
      // Within the two numbers at its head a cut cannot be told from damage, but it is refused all the same.
      expect(error.code).toBe('link-invalid');
      if (length > 14) expect(error.message).toMatch(/was cut: \d+ of \d+ characters/);
    }
    expect((await refusal(code.slice(0, 9))).message).toMatch(/was cut: its end is missing/);
  });

  it('that one character was changed in says that it was altered', async () => {
    const code = await codeOf(shared);
    expect((await refusal(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)).message).toMatch(/was altered/);
    expect((await refusal(`${code}A`)).message).toMatch(/1 more characters/);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['of a newer version', () => `3${linkCode('abc').slice(1)}`, /made by a newer Flipside \(link version 3\)/],
    ['of a newer version in another shape', () => '7.whatever', /made by a newer Flipside/],
    ['that is none', () => 'hello', /none that Flipside makes: it begins with "hello"/],
    ['of nothing', () => '', /none that Flipside makes/],
    ['whose content is not packed', () => linkCode('AAAA'), /cannot be unpacked/],
    ['without a text', () => altered({ text: undefined }), /link\.text is missing/],
    ['with a border outside its text', () => altered({ given: 1000 }), /link\.given must be a whole number from 0 to/],
    ['with a layer that cannot be', () => altered({ layer: -1 }), /link\.layer/],
    ['with a seed that cannot be', () => altered({ sampling: { ...shared.sampling, seed: 2 ** 40 } }), /link\.sampling\.seed/],
    ['with a probe without a hash', () => altered({ probe: { key: 'x', title: 'x', sha256: 'no' } }), /link\.probe\.sha256 must be a SHA-256/],
    ['with a setting of no name', () => altered({ view: { 'a b': 'x' } }), /link\.view names "a b"/],
    ['with a setting of a prototype', () => packed(JSON.stringify(shared).replace('"head"', '"__proto__"')), /link\.view names "__proto__"/],
    ['with a title too long', () => altered({ probe: { ...shared.probe, title: 'x'.repeat(201) } }), /at most 200 characters/],
    ['with a push of no strength', () => altered({ push: { ...samplePush, strength: 'much' } }), /link\.push\.strength must be a finite number/],
    ['that holds no JSON', () => packed('{"text'), /link is not JSON/],
    ['that holds no text', async () => linkCode(toBase64Url(await deflate(Uint8Array.of(0xff, 0xfe, 0xfd)))), /is no text/],
  ])('%s is refused in words', async (_, code, message) => {
    const error = await refusal(await code());
    expect(error.code).toBe('link-invalid');
    expect(error.message).toMatch(message);
  });

  it('that unpacks to more than any of ours is given up on before it fills the memory', async () => {
    const bomb = linkCode(toBase64Url(await deflate(new Uint8Array(30 * MOST_UNPACKED_BYTES))));
    const before = process.memoryUsage().rss;
    expect((await refusal(bomb)).message).toMatch(/unpacks to more than 4 MB/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});
