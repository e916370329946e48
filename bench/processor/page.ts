/** The page's half of the processor benchmark: WebAssembly in a real Chromium without a graphics processor. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { ROOT } from '../../scripts/packages.mjs';
import { spreadOf, type Spread } from '../engine/spread.ts';
import type { PageBench, Weights } from './page/main.ts';

const HERE = fileURLToPath(new URL('./page', import.meta.url));

/** Tokens of a pass, and of the text before it. */
export const PASSES = [
  { tokens: 1, past: 100 },
  { tokens: 6, past: 100 },
  { tokens: 16, past: 100 },
  { tokens: 128, past: 0 },
] as const;

const FORMS: readonly Weights[] = ['packed', 'unpacked'];

/** Ratios are of packed to unpacked, round by round: above 1, unpacked is faster. */
export interface PageResult {
  readonly runtime: string;
  readonly threads: number;
  readonly openMs: Readonly<Record<Weights, number>>;
  readonly unpackedBytes: number;
  readonly passes: readonly {
    readonly tokens: number;
    readonly past: number;
    readonly packed: Spread;
    readonly unpacked: Spread;
    readonly ratio: Spread;
  }[];
  readonly written: {
    readonly tokens: number;
    readonly packed: Spread;
    readonly unpacked: Spread;
    readonly ratio: Spread;
    readonly sameTokens: boolean;
  };
  /** Bytes of the whole page after everything, where the browser tells. */
  readonly pageBytes: number | null;
}

/** Measures both forms in turn. */
export async function benchPageOnProcessor(
  prompt: readonly number[],
  tokens: number,
  rounds: number,
): Promise<PageResult> {
  const server = await createServer({
    root: HERE,
    configFile: false,
    logLevel: 'error',
    publicDir: `${ROOT}public`,
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    server: {
      port: 0,
      host: '127.0.0.1',
      fs: { allow: [ROOT] },
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForFunction(() => 'bench' in globalThis, null, { timeout: 120_000 });
    const asked = <T>(work: (bench: PageBench, args: never[]) => Promise<T>, ...args: unknown[]): Promise<T> =>
      page.evaluate(`(${work.toString()})(globalThis.bench, ${JSON.stringify(args)})`);
    const opened = await asked<Awaited<ReturnType<PageBench['open']>>>(
      (bench, [base]) => bench.open(base as unknown as string),
      '/models/smollm2-135m-instruct-q4',
    );
    const pass = (weights: Weights, count: number, past: number): Promise<number> =>
      asked(
        (bench, [a, b, c]) => bench.pass(a as unknown as Weights, b as unknown as number, c as unknown as number),
        weights,
        count,
        past,
      );
    const write = (weights: Weights): ReturnType<PageBench['write']> =>
      asked(
        (bench, [a, b, c]) => bench.write(a as unknown as Weights, b as unknown as number[], c as unknown as number),
        weights,
        prompt,
        tokens,
      );
    const passes = [];
    for (const { tokens: count, past } of PASSES)
      passes.push({ tokens: count, past, ...(await inTurn(rounds, (weights) => pass(weights, count, past))) });
    const ids = new Map<Weights, readonly number[]>();
    const written = await inTurn(rounds, async (weights) => {
      const { tokenMs, ids: chosen } = await write(weights);
      ids.set(weights, chosen);
      return tokenMs;
    });
    const pageBytes = await page
      .evaluate(async () =>
        'measureUserAgentSpecificMemory' in performance
          ? (
              await (
                performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
              ).measureUserAgentSpecificMemory()
            ).bytes
          : null,
      )
      .catch(() => null);
    const { products, ...setting } = opened;
    return {
      ...setting,
      unpackedBytes: products?.madeBytes ?? 0,
      passes,
      written: {
        tokens,
        ...written,
        sameTokens: JSON.stringify(ids.get('packed')) === JSON.stringify(ids.get('unpacked')),
      },
      pageBytes,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Times of both forms, one after the other in each round; the first round warms up. */
async function inTurn(
  rounds: number,
  measure: (weights: Weights) => Promise<number>,
): Promise<{ readonly packed: Spread; readonly unpacked: Spread; readonly ratio: Spread }> {
  const times: Record<Weights, number[]> = { packed: [], unpacked: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const weights of FORMS) {
      const took = await measure(weights);
      if (round > 0) times[weights].push(took);
    }
  }
  return {
    packed: spreadOf(times.packed),
    unpacked: spreadOf(times.unpacked),
    ratio: spreadOf(times.packed.map((packed, round) => packed / (times.unpacked[round] ?? NaN))),
  };
}
