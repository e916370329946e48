import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import { sha256Of } from '../../../src/base/sha256.ts';

describe('SHA-256', () => {
  it('is that of FIPS 180-4 for its own examples', () => {
    const of = (text: string): string => sha256Of(new TextEncoder().encode(text));
    expect(of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(of('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  it('is OpenSSL’s for every length around the borders of a block, and for a view into a larger buffer', () => {
    const rng = createRng(5);
    for (let length = 0; length <= 260; length += 1) {
      const whole = Uint8Array.from({ length: length + 3 }, () => rng.below(256));
      const bytes = whole.subarray(3);
      expect(sha256Of(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
