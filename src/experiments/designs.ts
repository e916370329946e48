/** Every kind of experiment there is code for. */
import type { DesignName } from './experiment-types.ts';
import { authors } from './authors/index.ts';
import type { Design } from './design.ts';
import { evidence } from './evidence/index.ts';
import { flipBack } from './flip-back/index.ts';
import { midpoint } from './midpoint/index.ts';
import { mixture } from './mixture/index.ts';
import { opposites } from './opposites/index.ts';
import { outsideText } from './outside-text/index.ts';
import { placements } from './placements/index.ts';
import { punctuation } from './punctuation/index.ts';
import { turners } from './turners/index.ts';
import { twoPoles } from './two-poles/index.ts';

/** By the name that a spec gives; no two share one. */
export type Designs = Readonly<Partial<Record<DesignName, Design>>>;

/** What this version can run: every design that a spec may name. */
export const DESIGNS: Readonly<Record<DesignName, Design>> = {
  authors,
  'flip-back': flipBack,
  'outside-text': outsideText,
  opposites,
  mixture,
  evidence,
  'two-poles': twoPoles,
  midpoint,
  turners,
  placements,
  punctuation,
};
