/** Where the coordinate systems of a figure lie, in CSS pixels of its picture. */
import type { Axis, Layout } from './plotly-figure.ts';

/** One pair of axes. */
export interface Frame {
  /** Names of its axes, such as `x` and `y2`. */
  readonly x: string;
  readonly y: string;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Places of values on the screen. */
  xAt(value: number): number;
  yAt(value: number): number;
  /** Whether the numbers of its axes stand beside it. */
  readonly ownsX: boolean;
  readonly ownsY: boolean;
}

/** Every pair of axes; each axis belongs to the one that it is anchored to. */
export function framesOf(layout: Layout): Frame[] {
  const axes = (letter: 'x' | 'y'): [id: string, axis: Axis][] =>
    Object.entries(layout).flatMap(([name, axis]) => {
      const [, number] = new RegExp(`^${letter}axis(\\d*)$`).exec(name) ?? [];
      return number === undefined || axis === undefined ? [] : [[`${letter}${number}`, axis as Axis]];
    });
  const across = axes('x');
  return axes('y').flatMap(([y, yAxis]) => {
    const [x, xAxis] = across.find(([id]) => id === (yAxis.anchor ?? 'x')) ?? across[0] ?? [];
    if (x === undefined || xAxis === undefined) return [];
    const at = (ref: string, value: number, letter: 'x' | 'y'): number => placeOn(layout, ref, value, letter);
    return [
      {
        x,
        y,
        xAxis,
        yAxis,
        left: at(`${x} domain`, 0, 'x'),
        right: at(`${x} domain`, 1, 'x'),
        top: at(`${y} domain`, 1, 'y'),
        bottom: at(`${y} domain`, 0, 'y'),
        xAt: (value: number) => at(x, value, 'x'),
        yAt: (value: number) => at(y, value, 'y'),
        ownsX: (xAxis.anchor ?? 'y') === y,
        ownsY: true,
      },
    ];
  });
}

/** The place on the screen of a value on an axis (`x`, `y2`), of a share of one (`x domain`), or of a share of the plot (`paper`). */
export function placeOn(layout: Layout, ref: string, value: number, letter: 'x' | 'y'): number {
  const { margin, width, height } = layout;
  const [id = '', domain] = ref.split(' ');
  const axis = ref === 'paper' ? undefined : axisOf(layout, id, letter);
  const [from, to] = axis?.domain ?? [0, 1];
  const share = axis === undefined ? value : from + (to - from) * (domain === undefined ? shareOn(axis, value) : value);
  return letter === 'x'
    ? margin.l + share * (width - margin.l - margin.r)
    : height - margin.b - share * (height - margin.t - margin.b);
}

function axisOf(layout: Layout, id: string, letter: 'x' | 'y'): Axis | undefined {
  return (layout as unknown as Readonly<Record<string, Axis | undefined>>)[`${letter}axis${id.slice(1)}`];
}

function shareOn({ type, range: [from, to] }: Axis, value: number): number {
  return ((type === 'log' ? Math.log10(value) : value) - from) / (to - from);
}
