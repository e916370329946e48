/** An SVG file as a PNG, drawn by the browser. */
import { AppError } from '../../base/errors.ts';

/** Pixels for each CSS pixel of the figure: sharp in print and on dense screens. */
const SCALE = 2;
/** Browsers draw nothing on larger canvases, and say nothing. */
const MOST_PIXELS = 16_384;

/** Draws it. Throws `usage` where the browser cannot, and says what to save instead. */
export async function pngOf(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(SCALE, MOST_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('no picture came out');
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new AppError(
      'usage',
      `The browser could not draw the figure as PNG (${error instanceof Error ? error.message : String(error)}). Save it as SVG instead.`,
      {},
      error,
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
