/** Frames of a page that take longer than 50 ms, by the browser's own count (Long Animation Frames), and its script heap. */
import type { CDPSession, Page } from 'playwright';

/** Notes every frame that takes longer than 50 ms, and what of it scripts took, and these for layout. */
export const WATCH = `
  globalThis.frames50 = [];
  new PerformanceObserver((list) => {
    for (const { duration, scripts } of list.getEntries())
      frames50.push([
        duration,
        scripts.reduce((sum, script) => sum + script.duration, 0),
        scripts.reduce((sum, script) => sum + script.forcedStyleAndLayoutDuration, 0),
      ]);
  }).observe({ type: 'long-animation-frame', buffered: false });
`;

type Frame = readonly [duration: number, scripts: number, forcedLayout: number];

/** Bytes of the script heap after a collection. */
export async function heapOf(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 400))));
}

/** Does a step, and prints its frames over 50 ms: how many, and the longest. */
export async function measure(page: Page, name: string, step: () => Promise<unknown>): Promise<void> {
  await settled(page);
  await page.evaluate('frames50.length = 0');
  await step();
  await settled(page);
  const frames = (await page.evaluate('frames50')) as readonly Frame[];
  const worst = frames.reduce<Frame>((most, frame) => (frame[0] > most[0] ? frame : most), [0, 0, 0]);
  process.stdout.write(
    `${name}: ${frames.length} frames over 50 ms, the longest ${worst[0].toFixed(0)} ms (scripts ${worst[1].toFixed(0)} ms, of these layout ${worst[2].toFixed(0)} ms)\n`,
  );
}
