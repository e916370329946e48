/** A browser of its own with the benchmark's page in it: nothing is cached, neither files nor shaders. */
import { platform } from 'node:os';
import { chromium } from 'playwright';
import type { EngineStatus } from '../../src/models/engine-report.ts';
import { CHROMIUM, CHROMIUM_FLAGS, SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';
import type { CallEngine, EngineName, HostedEngine } from './engine.ts';

/** What the page offers as `bench`. */
export interface BenchPage {
  /** The adapter, or why there is none. */
  adapter(): Promise<NonNullable<EngineStatus['adapter']> | string>;
  call(engine: EngineName, method: keyof HostedEngine, args: readonly unknown[]): Promise<unknown>;
}

/** What computes, as far as the browser says. */
export interface Graphics {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly software: boolean;
  readonly driver: string;
  readonly browser: string;
}

/** An open page. */
export interface Tab {
  readonly call: CallEngine;
  graphics(): Promise<Graphics>;
  close(): Promise<void>;
}

/**
 * A graphics processor without a screen. On Linux Chromium has WebGPU over Vulkan only, and Vulkan only without its own
 * surfaces where there is no display server.
 */
export const GPU_FLAGS = [
  '--headless=new',
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  ...(platform() === 'linux'
    ? ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface', '--disable-gpu-sandbox']
    : []),
];

/** Drivers keep compiled shaders on disk, where a new browser finds them: a first visit would not be one. */
const NO_DRIVER_CACHE = { __GL_SHADER_DISK_CACHE: '0', MESA_SHADER_CACHE_DISABLE: 'true' };

/** Starts a browser on the page; `gpu` asks for a real graphics processor. */
export async function openTab(address: string, gpu: boolean): Promise<Tab> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, ...(gpu ? GPU_FLAGS : SOFTWARE_GPU_FLAGS)],
    env: { ...process.env, ...NO_DRIVER_CACHE },
  });
  const page = await browser.newPage();
  page.on('pageerror', (error) => process.stderr.write(`page: ${error.message}\n`));
  await page.goto(address);
  await page.waitForFunction(() => 'bench' in globalThis);
  const call = (engine: EngineName, method: keyof HostedEngine, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(
      ([name, what, given]) => (globalThis as unknown as { bench: BenchPage }).bench.call(name, what, given),
      [engine, method, args] as const,
    );
  return {
    call: call as CallEngine,
    async graphics() {
      const adapter = await page.evaluate(() => (globalThis as unknown as { bench: BenchPage }).bench.adapter());
      if (typeof adapter === 'string') throw new Error(adapter);
      const { gpu: seen } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getInfo');
      const [device] = seen.devices;
      return {
        ...adapter,
        driver: [device?.deviceString, device?.driverVersion].filter(Boolean).join(', '),
        browser: `Chromium ${browser.version()}`,
      };
    },
    close: () => browser.close(),
  };
}
