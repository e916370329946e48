/** What the fake engine says of itself. */
import type { EngineStatus } from '../../../../src/models/engine-report.ts';

export const STATUS: EngineStatus = {
  model: { id: 'smollm2-135m-instruct-q4', weightsSha256: 'c3'.repeat(32), layerCount: 30, hidden: 576 },
  title: 'SmolLM2-135M-Instruct',
  key: 'e5'.repeat(32),
  hasChat: true,
  contextTokens: 8192,
  cacheBytesPerToken: 46_080,
  limits: [],
  backend: 'webgpu',
  runtime: 'jspi',
  fallback: null,
  adapter: { vendor: 'google', architecture: 'swiftshader', description: '', software: true },
  threads: null,
  chunkTokens: 31,
  branching: true,
  branchError: 3.4e-6,
  products: null,
  rounding: null,
  writing: {
    mode: 'stepwise',
    trials: [],
    reason: 'This adapter computes in software, where a token takes its time whichever way it is written.',
  },
  chunkTrials: [
    { tokens: 31, relativeError: 2.1e-6, accepted: true },
    { tokens: 64, relativeError: 0.42, accepted: false },
  ],
  bytesFrom: 'network',
  kept: { yes: true, reason: null },
  downloadBytes: 104_363_736,
  versions: { flipside: '0.1.0', onnxruntime: '1.30.0' },
};
