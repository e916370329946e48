/** What every pass is checked for before anyone sees its numbers. */
import { AppError } from '../core/errors.ts';
import type { StreamProducts } from '../core/score.ts';
import type { DecoderSizes } from './decoder.ts';

/** `config.json` may belong to another model; a wrong width would shift every number without any error. `widths` are those of the streams, then of the logits. */
export function assertSizes(widths: readonly (number | undefined)[], tapCount: number, sizes: DecoderSizes): void {
  for (const [index, found] of widths.entries()) {
    const [name, expected] = index < tapCount ? ['hidden_size', sizes.hidden] : ['vocab_size', sizes.vocabulary];
    if (found !== expected) throw new AppError('model-manifest-invalid', `config.json says ${name} ${expected}, but the graph gives ${found ?? 'nothing'}. The files belong to different models: load the model again.`, { name, expected, found: found ?? null });
  }
}

/** One overflow poisons every later layer, so a reading with it must not be coloured at all. `residuals` are `[layers, tokens, hidden]`. */
export function assertFinite(residuals: Float32Array, firstPosition: number, tokens: number, hidden: number): void {
  const bad = residuals.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const layer = Math.floor(bad / (tokens * hidden));
  throw notFinite(layer, firstPosition + (Math.floor(bad / hidden) % tokens));
}

/** The same of products: a number that is not finite makes every product with it so. */
export function assertProductsFinite({ along }: StreamProducts, firstPosition: number, tokens: number): void {
  for (const products of along) {
    const bad = Array.prototype.findIndex.call(products, (value: number) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(Math.floor(bad / tokens), firstPosition + (bad % tokens));
  }
}

/** The same of logits `[rows, vocabulary]` of a pass whose streams did not come back; `rows` are their tokens. */
export function assertLogitsFinite(logits: Float32Array, rows: readonly number[], vocabulary: number): void {
  for (const [row, token] of rows.entries()) {
    // One number that is none makes all of a row so: its first tells.
    if (!Number.isFinite(logits[row * vocabulary])) throw new AppError('numbers-not-finite', `The model gave logits that are not finite at token ${token} of a pass. This adapter computes this model wrongly: reload and choose the CPU.`, { position: token });
  }
}

function notFinite(layer: number, position: number): AppError {
  return new AppError('numbers-not-finite', `The model gave a number that is not finite at layer ${layer}, token ${position}. This adapter computes this model wrongly: reload and choose the CPU.`, { layer, position });
}
