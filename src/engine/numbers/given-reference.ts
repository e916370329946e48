/** A reference that a user made elsewhere: what PyTorch computes, in one safetensors file (docs/models.md has the recipe). */
import { AppError } from '../../base/errors.ts';
import { parseSafetensors, safetensorsMetadata } from '../../formats/containers/safetensors.ts';
import type { DecoderSizes } from '../decoder.ts';
import type { ReferencePrompt } from './numbers-reference.ts';

/** Texts of a reference at most, and tokens of one. */
const MOST_TEXTS = 32;
const MOST_TOKENS = 2048;

/**
 * Reads it: for each text NAME the tensors `NAME.ids` `[tokens]`, `NAME.streams` `[layers + 1, tokens, hidden]`,
 * `NAME.logits` `[vocabulary]` after the last
 * token and `NAME.greedy` `[count]`, all float32, and in the metadata NAME the text itself, where it is to be seen that
 * both cut it alike. Throws
 * `tensor-file-invalid`, naming the tensor with both shapes, or the text that is cut otherwise here.
 */
export function givenReference(
  bytes: Uint8Array,
  file: string,
  { layerCount, hidden, vocabulary }: DecoderSizes,
  start: (text: string) => readonly number[],
): readonly ReferencePrompt[] {
  const refuse = (problem: string): AppError =>
    new AppError(
      'tensor-file-invalid',
      `${file}: ${problem} Make the reference again from this model, as docs/models.md says.`,
      { file },
    );
  const held = parseSafetensors(bytes, file);
  const names = [...held.keys()].flatMap((key) => /^(.{1,80})\.ids$/.exec(key)?.[1] ?? []);
  if (names.length === 0 || names.length > MOST_TEXTS)
    throw refuse(`it must hold 1 to ${MOST_TEXTS} tensors by the name of NAME.ids, and holds ${names.length}.`);
  return names.map((name) => {
    const tensor = (part: string, wanted: readonly (number | null)[]): Float32Array => {
      const found = held.get(`${name}.${part}`);
      const fits =
        found?.shape.length === wanted.length &&
        found.shape.every((length, at) => wanted[at] === null || wanted[at] === length);
      if (found === undefined || !fits)
        throw refuse(
          `"${name}.${part}" must have the shape [${wanted.map((length) => length ?? 'any').join(', ')}], and ${found === undefined ? 'is not there' : `has [${found.shape.join(', ')}]`}.`,
        );
      return found.data;
    };
    const idsIn = (part: string, most: number): number[] => {
      const ids = [...tensor(part, [null])];
      if (ids.length > most || !ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocabulary))
        throw refuse(`"${name}.${part}" must hold at most ${most} token ids below ${vocabulary}.`);
      return ids;
    };
    const ids = idsIn('ids', MOST_TOKENS);
    if (ids.length === 0) throw refuse(`"${name}.ids" holds no token.`);
    const text = safetensorsMetadata(bytes, file, name);
    if (text !== null && start(text).join() !== ids.join())
      throw refuse(
        `the text "${name}" is ${ids.length} tokens there (${ids.slice(0, 8).join(', ')}…) and ${start(text).length} here (${start(text).slice(0, 8).join(', ')}…): the two tokenizers do not cut it alike.`,
      );
    return {
      name,
      ids,
      greedy: idsIn('greedy', MOST_TOKENS),
      residual: tensor('streams', [layerCount + 1, ids.length, hidden]),
      logits: tensor('logits', [vocabulary]),
    };
  });
}
