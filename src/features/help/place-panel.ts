/** Where a panel goes so that it stands beside what it is about and covers none of it where that can be had. Pure. */

/** A box in viewport coordinates, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP = 10;
const MARGIN = 12;

/** Top left corner of the panel: below the target, above it, beside it, or at the foot of the view, whichever fits first. */
export function placePanel(target: Box | null, panel: Size, view: Size): { left: number; top: number } {
  const centred = (view.width - panel.width) / 2;
  const foot = { left: centred, top: view.height - panel.height - MARGIN };
  if (target === null) return foot;
  const left = clamp(target.left, MARGIN, view.width - panel.width - MARGIN);
  const below = target.top + target.height + GAP;
  if (below >= MARGIN && below + panel.height + MARGIN <= view.height) return { left, top: below };
  const above = target.top - GAP - panel.height;
  if (above >= MARGIN && above + panel.height <= view.height) return { left, top: above };
  const top = clamp(target.top, MARGIN, view.height - panel.height - MARGIN);
  const right = target.left + target.width + GAP;
  if (right + panel.width + MARGIN <= view.width) return { left: right, top };
  const before = target.left - GAP - panel.width;
  if (before >= MARGIN) return { left: before, top };
  return foot;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
