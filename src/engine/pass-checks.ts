/** What every pass is checked for before anyone sees its numbers. */
import { AppError } from '../base/errors.ts';
import { FLOAT16_MAX } from '../base/half.ts';
import type { StreamProducts } from '../reading/score.ts';
import type { ElementType } from '../graph/tensor-type.ts';
import type { DecoderSizes } from './decoder.ts';

/**
 * `config.json` may belong to another model; a wrong width would shift every number without any error. `widths` are
 * those of the streams, then of the logits.
 */
export function assertSizes(widths: readonly (number | undefined)[], readoutCount: number, sizes: DecoderSizes): void {
  for (const [index, found] of widths.entries()) {
    const [name, expected] = index < readoutCount ? ['hidden_size', sizes.hidden] : ['vocab_size', sizes.vocabulary];
    if (found !== expected)
      throw new AppError(
        'model-manifest-invalid',
        `config.json says ${name} ${expected}, but the graph gives ${found ?? 'nothing'}. The files belong to different models: load the model again.`,
        { name, expected, found: found ?? null },
      );
  }
}

/** One overflow poisons every later layer, so a reading with it must not be coloured at all. `residuals` are `[layers, tokens, hidden]`. */
export function assertFinite(
  residuals: Float32Array,
  firstPosition: number,
  tokens: number,
  hidden: number,
  activations: ElementType,
): void {
  const bad = residuals.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const layer = Math.floor(bad / (tokens * hidden));
  throw notFinite(layer, firstPosition + (Math.floor(bad / hidden) % tokens), activations);
}

/** The same of products: a number that is not finite makes every product with it so. */
export function assertProductsFinite(
  { along }: StreamProducts,
  firstPosition: number,
  tokens: number,
  activations: ElementType,
): void {
  for (const products of along) {
    const bad = Array.prototype.findIndex.call(products, (value: number) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(Math.floor(bad / tokens), firstPosition + (bad % tokens), activations);
  }
}

/** The same of logits `[rows, vocabulary]` of a pass whose streams did not come back; `rows` are their tokens. */
export function assertLogitsFinite(
  logits: Float32Array,
  rows: readonly number[],
  vocabulary: number,
  activations: ElementType,
): void {
  for (const [row, token] of rows.entries()) {
    // One number that is none makes all of a row so: its first tells.
    if (!Number.isFinite(logits[row * vocabulary]))
      throw new AppError(
        'numbers-not-finite',
        `The model gave logits that are not finite at token ${token} of a pass. ${remedy(activations)}`,
        { position: token },
      );
  }
}

function notFinite(layer: number, position: number, activations: ElementType): AppError {
  return new AppError(
    'numbers-not-finite',
    `The model gave a number that is not finite at layer ${layer}, token ${position}. ${remedy(activations)}`,
    { layer, position },
  );
}

/** What to do next: a number may be too large for 16 bits on any adapter. */
function remedy(activations: ElementType): string {
  if (activations === 'float32')
    return 'On a graphics card, reload and choose the CPU. On the processor, a file of the model may be damaged: hold its files to their hashes with flipside verify, or fetch it again.';
  return `This model computes in float16, which holds nothing above ${FLOAT16_MAX.toLocaleString('en')}: pick the export of it that computes in float32 (q4 in place of q4f16, or fp32), or steer the stream less.`;
}
