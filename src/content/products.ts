/** How packed weights are computed with, in words. */
import type { ProductForm, ProductsReport } from '../models/product-forms.ts';
import { megabytes, scientific } from './numbers.ts';

/** What a form is called. */
const FORM = { packed: 'packed', split: 'two 4-bit products', float: 'unpacked floats' } satisfies Record<
  ProductForm,
  string
>;

/** What runs, what was tried with its time and error, and why nothing faster runs. */
export function productsLine({ trials, madeBytes, reason }: ProductsReport): string {
  const tried = trials.map(
    ({ form, bits, columns, rows, milliseconds, relativeError, chosen }) =>
      `${FORM[form]}, ${bits} bits, ${rows} × ${columns}: ${milliseconds.toPrecision(2)} ms, error ${scientific(relativeError)}${chosen && madeBytes > 0 ? ' (runs)' : ''}`,
  );
  const runs = madeBytes > 0 ? `unpacked, ${megabytes(madeBytes)}` : 'packed, as they are in the file';
  return [runs, ...tried, ...(reason === null ? [] : [reason])].join('; ');
}
