/** A new browser with the benchmark's page in it, and what the kernel knows of the page's process. */
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import type { VisitPage, VisitSteps } from './visit.ts';

/** A step's answer, and the milliseconds that the page's threads computed for it. */
export interface Timed<S extends keyof VisitSteps> {
  readonly found: Awaited<ReturnType<VisitSteps[S]>>;
  readonly busyMs: number;
}

/** An open page. */
export interface VisitTab {
  step<S extends keyof VisitSteps>(name: S, argument: Omit<Parameters<VisitSteps[S]>[0], 'base'>): Promise<Timed<S>>;
  /** The most memory that the page's process has held. */
  peakBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Milliseconds of a clock tick of the kernel (USER_HZ). */
const TICK_MS = 10;

/** Starts a browser with the files of `profile`, on the page. */
export async function openVisit(address: string, profile: string): Promise<VisitTab> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS],
  });
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => 'visit' in globalThis);
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const busy = async (): Promise<number> =>
    (await Promise.all(renderers.map(busyTicks))).reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
  return {
    async step(name, argument) {
      const before = await busy();
      const found = await page.evaluate(
        ([step, given]) => (globalThis as unknown as { visit: VisitPage }).visit.step(step, given),
        [name, argument as object] as const,
      );
      return { found: found as never, busyMs: (await busy()) - before };
    },
    peakBytes: async () => Math.max(...(await Promise.all(renderers.map(peakKilobytes)))) * 1024,
    close: () => context.close(),
  };
}

/** Of all threads together, those that have ended too: fields 14 and 15 of stat, in which the name may hold spaces. */
async function busyTicks(process: number): Promise<number> {
  const fields = (await readFile(`/proc/${process}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function peakKilobytes(process: number): Promise<number> {
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${process}/status`, 'utf8'))?.[1]);
}
