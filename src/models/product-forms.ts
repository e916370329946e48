/** How products with weights in 4 or 8 bits are computed, and what was measured to choose it. */

/** As they are exported, as two of 4 bits, or with weights unpacked to float32. */
export const PRODUCT_FORMS = ['packed', 'split', 'float'] as const;

/** One of {@link PRODUCT_FORMS}. */
export type ProductForm = (typeof PRODUCT_FORMS)[number];

/** Products that one choice holds for: equal bits, columns and block size. */
export interface ProductKind {
  readonly bits: 4 | 8;
  readonly columns: number;
  readonly blockSize: number;
}

/** One form that was tried on a sample of one kind: its first rows, with one row of activations. */
export interface ProductTrial extends ProductKind {
  readonly form: ProductForm;
  /** Rows of the sample. */
  readonly rows: number;
  /** Median time of a product. */
  readonly milliseconds: number;
  /** Largest difference from the product in float64, relative to the largest number of that. */
  readonly relativeError: number;
  /** Whether products of this kind are computed in this form. */
  readonly chosen: boolean;
}

/** How the products of an open decoder are computed. */
export interface ProductsReport {
  readonly trials: readonly ProductTrial[];
  /** Bytes of weights that were made for other forms than the exported one; 0 where none was. */
  readonly madeBytes: number;
  /** Why a faster form is not used, in a sentence; null where the fastest is, or there is none. */
  readonly reason: string | null;
}

/** Whether a trial speaks of products of this kind. */
export const sameKind = (a: ProductKind, b: ProductKind): boolean =>
  a.bits === b.bits && a.columns === b.columns && a.blockSize === b.blockSize;

/** The form that trials chose for a kind: as it is exported where none was chosen. */
export const chosenForm = (trials: readonly ProductTrial[], kind: ProductKind): ProductForm =>
  trials.find((trial) => trial.chosen && sameKind(trial, kind))?.form ?? 'packed';
