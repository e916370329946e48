/** Axes of a figure: where a number lies, and which numbers are written beside it. */

/** Powers of ten that a tick may be made of: from far below to far above anything a figure shows. */
const POWERS = Array.from({ length: 37 }, (_, index) => 10 ** (index - 18));

/** The smallest step of 1, 2 or 5 times a power of ten that cuts `span` into at most `most` pieces. */
function tickStep(span: number, most: number): number {
  for (const power of POWERS) {
    for (const digit of [1, 2, 5]) if (span / (digit * power) <= most) return digit * power;
  }
  return span;
}

/** Multiples of the step that lie in the range, ends included. */
export function ticksBetween(low: number, high: number, most: number): number[] {
  const step = tickStep(high - low || 1, most);
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Powers of ten, and twice and five times them, that lie in a range above zero; powers alone where there are too many. */
export function logTicksBetween(low: number, high: number, most: number): number[] {
  const within = (digits: readonly number[]): number[] =>
    POWERS.flatMap((power) => digits.map((digit) => digit * power)).filter(
      (tick) => tick >= low * 0.999 && tick <= high * 1.001,
    );
  const all = within([1, 2, 5]);
  return all.length <= most ? all : within([1]);
}

/** A number as it stands beside an axis and in a sentence, with a true minus sign: at most `digits` significant digits. */
export function figureNumber(value: number, digits = 4): string {
  const size = Math.abs(value);
  const written =
    size !== 0 && (size >= 1e6 || size < 1e-4)
      ? value
          .toExponential(digits > 2 ? 2 : 1)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : String(Number(value.toPrecision(digits)));
  return written.replaceAll('-', '−');
}
