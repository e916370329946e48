/** `verify`: the numbers check on this machine. */
import { openNodeEngine } from '../../runtime/node/node-engine.ts';
import { checkNumbers } from '../../runtime/numbers-check.ts';
import { Options, type Command } from '../command.ts';
import { showProgress } from '../progress.ts';

/** Compares residuals, logits and greedy tokens with the reference that lies in the model folder, or with a float32 pass of the same weights. */
export const verify: Command = {
  name: 'verify',
  usage: 'verify --model DIR',
  summary: 'The numbers check: residual stream, logits and greedy tokens against the float32 reference in DIR, or a float32 pass.',
  async run(args, signal) {
    const options = new Options('verify', args, { model: { type: 'string' } });
    const engine = await openNodeEngine(options.model());
    try {
      const report = await checkNumbers({
        decoder: engine.decoder,
        chunkTokens: engine.chunkTokens,
        ...(await engine.numbers()),
        onProgress: (done, total) => showProgress('checking', done, total),
        signal,
      });
      return { result: { model: engine.model, backend: 'onnxruntime-node cpu', ...report }, ok: report.passed };
    } finally {
      await engine.dispose();
    }
  },
};
