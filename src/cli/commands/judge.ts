/** `judge`: an existing probe on another prompt set. */
import { openNodeReader } from '../../runtime/node/node-engine.ts';
import { judgeProbe } from '../../training/judge.ts';
import { Options, type Command } from '../command.ts';
import { readProbe, readPromptSet } from '../files.ts';
import { showProgress } from '../progress.ts';

/** Scores a set with a probe that was trained elsewhere. */
export const judge: Command = {
  name: 'judge',
  usage: 'judge --model DIR --probe DIR --set FILE.set.json',
  summary: 'AUROC and paired accuracy per layer of an existing probe on a prompt set (neutral rows may be missing).',
  async run(args, signal) {
    const options = new Options('judge', args, { model: { type: 'string' }, probe: { type: 'string' }, set: { type: 'string' } });
    const { probe, sha256 } = await readProbe(options.needed('probe'));
    const set = await readPromptSet(options.needed('set'), { requireNeutral: false });
    const reader = await openNodeReader(options.needed('model'));
    try {
      const judgement = await judgeProbe(reader, probe, set, { onProgress: ({ stage, done, total }) => showProgress(stage, done, total), signal });
      return { result: { model: reader.model, probe: { id: probe.id, sha256, defaultLayer: probe.defaultLayer }, ...judgement }, ok: true };
    } finally {
      await reader.dispose();
    }
  },
};
