/** What axe finds wrong on the page, page regions included. */
import axe from 'axe-core';

/** One line for each fault. Colours that are on their way are waited for: half way from light to dark nothing has contrast. */
export async function violations(): Promise<string[]> {
  await Promise.allSettled(
    document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
      .map((animation) => animation.finished),
  );
  const result = await axe.run(document.body, { rules: { region: { enabled: true } } });
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ''}`),
  );
}
