/** `vector`: a probe's directions as a control vector for llama.cpp. */
import { AppError } from '../../base/errors.ts';
import { controlVectorOf } from '../../formats/containers/control-vector.ts';
import { writeControlVector } from '../../formats/containers/gguf.ts';
import { Options, type Command } from '../command.ts';
import { readProbe, writeOutput } from '../files.ts';

/** Writes a GGUF file. */
export const vector: Command = {
  name: 'vector',
  usage: 'vector --probe DIR [--which steering|directions] --out FILE.gguf',
  summary:
    'Writes a probe as a control vector (GGUF) for llama.cpp; by default the direction for steering, fitted on the behaviour itself.',
  async run(args) {
    const options = new Options('vector', args, {
      probe: { type: 'string' },
      which: { type: 'string' },
      out: { type: 'string' },
    });
    const which = (['steering', 'directions'] as const).find((name) => name === (options.text('which') ?? 'steering'));
    if (which === undefined) throw new AppError('usage', 'vector: --which must be steering or directions.');
    const out = options.needed('out');
    const { probe } = await readProbe(options.needed('probe'));
    const made = controlVectorOf(probe, which);
    await writeOutput(out, writeControlVector(made));
    return { result: { out, name: made.name, model: made.model, directions: [...made.vectors.keys()] }, ok: true };
  },
};
