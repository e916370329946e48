/** How much of what varies within scenarios each factor of a balanced 2 × 2 accounts for. */

/** Shares of the sum of squares once scenario effects are removed; they add up to 1. */
export interface EtaSquared {
  readonly first: number;
  readonly second: number;
  readonly interaction: number;
  readonly residual: number;
}

/**
 * η² of two crossed factors measured in every scenario: a row holds the cells (first −, second −), (−, +), (+, −), (+, +) of
 * one scenario. The three orthonormal contrasts of a row hold all that differs within it; a factor's sum of squares is
 * (Σ contrast)² / scenarios (repeated-measures analysis of variance: Maxwell and Delaney 2004, ch. 12). NaN where nothing differs.
 */
export function etaSquared(scenarios: readonly (readonly [number, number, number, number])[]): EtaSquared {
  const contrasts = [
    scenarios.map(([mm, mp, pm, pp]) => (pm + pp - mm - mp) / 2),
    scenarios.map(([mm, mp, pm, pp]) => (mp + pp - mm - pm) / 2),
    scenarios.map(([mm, mp, pm, pp]) => (mm + pp - mp - pm) / 2),
  ];
  const total = contrasts.flat().reduce((sum, value) => sum + value * value, 0);
  const [first = NaN, second = NaN, interaction = NaN] = contrasts.map(
    (values) => values.reduce((sum, value) => sum + value, 0) ** 2 / scenarios.length / total,
  );
  return { first, second, interaction, residual: 1 - first - second - interaction };
}
