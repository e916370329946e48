/** How far apart two next-word distributions are, against scipy. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { klFromLogits, logSumExp } from '../../../src/reading/divergence.ts';

interface Case {
  readonly name: string;
  readonly p: readonly number[];
  readonly q: readonly number[];
  readonly logSumP: number;
  readonly logSumQ: number;
  readonly kl: number;
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/divergence.fixture.json', import.meta.url), 'utf8'),
) as {
  cases: readonly Case[];
};

it.each(cases)('of logits, $name: log-sum-exp and KL are those of scipy', ({ p, q, logSumP, logSumQ, kl }) => {
  const [a, b] = [Float32Array.from(p), Float32Array.from(q)];
  expect(logSumExp(a)).toBeCloseTo(logSumP, 10);
  expect(logSumExp(b)).toBeCloseTo(logSumQ, 10);
  // Words below e^-30 are left out of the sum.
  expect(Math.abs(klFromLogits(a, logSumExp(a), b, logSumExp(b)) - kl)).toBeLessThan(1e-9 + 1e-9 * kl);
});

it('is never below zero, and nothing of a distribution with itself', () => {
  const [{ p } = { p: [] }] = cases;
  const logits = Float32Array.from(p);
  expect(klFromLogits(logits, logSumExp(logits), logits, logSumExp(logits))).toBe(0);
  // Rounding of the constant may leave less than nothing: that is cut.
  expect(klFromLogits(logits, logSumExp(logits), logits, logSumExp(logits) - 1e-12)).toBe(0);
});
