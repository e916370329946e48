/** Why the engine does not run on the graphics card, in words. */

import type { GpuCause } from '../core/engine-report.ts';

/** What a notice about a missing graphics card says. */
export interface CapabilityWords {
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

/** Words for every cause; the type makes a forgotten one a compile error. */
export const CAPABILITY: Readonly<Record<GpuCause, CapabilityWords>> = {
  'no-api': {
    title: 'Running without WebGPU',
    cause: 'This browser offers no WebGPU.',
    remedy: 'Use a current Chrome, Edge, Safari or Firefox. Until then the model runs on the processor: the same numbers, more slowly.',
  },
  'insecure-page': {
    title: 'Running without WebGPU',
    cause: 'Browsers switch WebGPU off on pages that are neither https nor localhost.',
    remedy: 'Open this page as http://localhost or through https. Until then the model runs on the processor.',
  },
  'no-adapter': {
    title: 'Running without WebGPU',
    cause: 'The browser knows WebGPU but found no graphics card that it may use.',
    remedy: 'Update the graphics driver and switch hardware acceleration on in the browser’s settings (on Linux, Vulkan too). Until then the model runs on the processor.',
  },
  limit: {
    title: 'Running without WebGPU',
    cause: 'The graphics card allows less memory at once than this model needs.',
    remedy: 'Close other tabs that use the graphics card, or use another computer. Until then the model runs on the processor.',
  },
  'device-lost': {
    title: 'Running without WebGPU',
    cause: 'The graphics card was taken away while the model was starting.',
    remedy: 'Close other heavy tabs and load again. Until then the model runs on the processor.',
  },
  'wrong-numbers': {
    title: 'Running without WebGPU',
    cause: 'The graphics card computed this model wrongly, even for one token at a time.',
    remedy: 'A driver update often cures this. Until then the model runs on the processor, where its numbers are right.',
  },
  'session-failed': {
    title: 'Running without WebGPU',
    cause: 'The graphics card is there, but the model would not start on it.',
    remedy: 'Close other tabs that use the graphics card and load again. Until then the model runs on the processor.',
  },
  chosen: {
    title: 'Running without WebGPU',
    cause: 'The model runs on the processor, as you asked.',
    remedy: 'The numbers are the same. Load the page again to use WebGPU.',
  },
};
