/** Why the engine does not run on the graphics card, in words. */

import type { GpuCause } from '../models/engine-report.ts';

/** What a notice about a missing graphics card says. The model runs on the processor meanwhile, with the same numbers. */
export interface CapabilityWords {
  readonly title: string;
  /** What is the matter, in one sentence. */
  readonly cause: string;
  /** The one thing to do about it. */
  readonly remedy: string;
  /** What the button that tries once more says; null where trying cannot help before the remedy. */
  readonly again: string | null;
}

const WITHOUT = 'Running without WebGPU';

/** Words for every cause; the type makes a forgotten one a compile error. */
export const CAPABILITY: Readonly<Record<GpuCause, CapabilityWords>> = {
  'no-api': {
    title: `${WITHOUT}: this browser has none`,
    cause: 'This browser offers no WebGPU, so the graphics card cannot be used from a page.',
    remedy: 'Open the page in a current Chrome, Edge, Safari or Firefox.',
    again: null,
  },
  'insecure-page': {
    title: `${WITHOUT}: the page came over plain HTTP`,
    cause: 'Browsers switch WebGPU off on pages that are neither https nor localhost.',
    remedy: 'Open this page as http://localhost or through https.',
    again: null,
  },
  'no-adapter': {
    title: `${WITHOUT}: no graphics card was offered`,
    cause: 'The browser knows WebGPU but found no graphics card that it may use.',
    remedy:
      'Update the graphics driver and switch hardware acceleration on in the browser’s settings (on Linux, Vulkan too).',
    again: 'Look for it again',
  },
  limit: {
    title: `${WITHOUT}: the graphics card allows too little`,
    cause: 'The graphics card allows less memory at once than this model needs.',
    remedy: 'Use a computer with a larger graphics card; no setting of the page changes this.',
    again: null,
  },
  'no-half': {
    title: `${WITHOUT}: the graphics card does not compute in 16 bits`,
    cause:
      'This copy of the model computes in 16-bit numbers (float16), which this graphics card does not offer to the browser.',
    remedy: 'Choose a copy of the model that computes in 32 bits: q4 in place of q4f16, or fp32 in place of fp16.',
    again: null,
  },
  'no-kernel': {
    title: `${WITHOUT}: this model’s attention is computed on the processor only`,
    cause: 'On graphics cards onnxruntime leaves out a part of this model’s attention and would give wrong numbers.',
    remedy: 'There is nothing to set: go on with the processor, or take another model.',
    again: null,
  },
  'no-room': {
    title: `${WITHOUT}: the graphics card has no room`,
    cause: 'The graphics card has no room left for this model.',
    remedy: 'Close other tabs and programs that use it, then try again.',
    again: 'Try WebGPU again',
  },
  'device-lost': {
    title: `${WITHOUT}: the graphics card went away`,
    cause: 'The graphics card was taken away while the model was starting, most often for want of memory.',
    remedy: 'Close other tabs and programs that use the graphics card, then try again.',
    again: 'Try WebGPU again',
  },
  'wrong-numbers': {
    title: `${WITHOUT}: the graphics card computes wrongly`,
    cause: 'The graphics card computed this model wrongly, even for one token at a time.',
    remedy: 'Update the graphics driver: that often cures it.',
    again: 'Check it again',
  },
  'session-failed': {
    title: `${WITHOUT}: the model would not start on the graphics card`,
    cause: 'The graphics card is there, but the model would not start on it.',
    remedy: 'Load the page again; if it stays so, copy the diagnostics and report it.',
    again: 'Try WebGPU again',
  },
  slower: {
    title: `${WITHOUT}: the processor is faster here`,
    cause: 'A short run of small graphs took the graphics card longer than the processor.',
    remedy: 'There is nothing to do; what computes in software in place of a card is always slower.',
    again: 'Use WebGPU all the same',
  },
  chosen: {
    title: `${WITHOUT}: as you asked`,
    cause: 'The model runs on the processor because you chose it.',
    remedy: 'Go back to WebGPU whenever you like.',
    again: 'Use WebGPU',
  },
};

/** What the other buttons of such a notice say, and what holds for every cause. */
export const CAPABILITY_ACTIONS = {
  meanwhile: 'Until then the model runs on the processor: the same numbers, more slowly.',
  processor: 'Go on with the processor',
  stories: 'Go on with recorded stories',
} as const;
