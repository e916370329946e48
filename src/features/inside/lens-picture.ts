/** The grid of the lens as it is saved. */
import { LENS_COLUMNS, lensFigure, type LensWindow } from '../../formats/figures/lens-figure.ts';
import type { ChartPicture } from '../../formats/figures/chart-picture.ts';
import type { LensReading } from '../../lens/lens.ts';

/** The picture of the tokens around one, without its table. */
export function lensPicture(
  lens: LensReading,
  window: Omit<LensWindow, 'theme'>,
): Omit<ChartPicture, 'name' | 'header' | 'rows'> {
  const shown = Math.min(LENS_COLUMNS, lens.tokens.length);
  return {
    title: 'The likeliest next word at every layer',
    caption: `${shown} of ${lens.tokens.length} tokens; the darker, the likelier. Gold: from this layer up, the final word is the first choice (logit lens).`,
    figure: ({ theme }) => lensFigure(lens, { ...window, theme }),
  };
}
