/** What can be said about a picture or a layout without comparing fonts. */

/** A photograph in numbers. */
export interface Picture {
  /** Number of different colours, coarsely. */
  readonly colours: number;
  /** Mean lightness in [0, 1], as stored. */
  readonly lightness: number;
}

/** Reads a photograph as `page.screenshot` gives it. */
export async function pictureOf(shot: { readonly base64: string }): Promise<Picture> {
  const bytes = Uint8Array.from(atob(shot.base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const colours = new Set<number>();
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    colours.add(((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4));
    sum += (red + green + blue) / 3;
  }
  return { colours: colours.size, lightness: sum / (data.length / 4) / 255 };
}

/** A colour of a style as `#rrggbb`. */
export function paint(css: string): string {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.fillStyle = css;
  return String(context.fillStyle);
}

/** What sticks out of the page, or is cut off where nothing can be scrolled: elements with how far. */
export function cutOff(scene: HTMLElement): string[] {
  const edge = document.documentElement.clientWidth;
  const faults: string[] = [];
  if (document.documentElement.scrollWidth > edge)
    faults.push(`the page is ${document.documentElement.scrollWidth - edge} px wider than the window`);
  for (const element of scene.querySelectorAll<HTMLElement>('*')) {
    const style = getComputedStyle(element);
    if (
      element.closest('.unseen, svg, [role="img"]') !== null ||
      style.display === 'none' ||
      style.display === 'inline' ||
      style.position === 'fixed'
    )
      continue;
    const clips = ['hidden', 'clip'].includes(style.overflowX);
    // An ellipsis says itself that there is more.
    if (clips && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
      faults.push(`cut off by ${element.scrollWidth - element.clientWidth} px: ${name(element)}`);
    if (!scrolls(element) && element.getBoundingClientRect().right > scene.getBoundingClientRect().right + 1)
      faults.push(
        `sticks out by ${Math.round(element.getBoundingClientRect().right - scene.getBoundingClientRect().right)} px: ${name(element)}`,
      );
  }
  return faults;
}

const name = (element: HTMLElement): string => element.outerHTML.slice(0, 120);

/** Whether it lies in something that is scrolled sideways. */
function scrolls(element: HTMLElement): boolean {
  for (
    let above = element.parentElement;
    above !== null && !above.classList.contains('scene');
    above = above.parentElement
  )
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(above).overflowX)) return true;
  return false;
}
