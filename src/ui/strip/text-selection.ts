/** Which tokens a selection of text covers. */
import type { TokenSpan } from '../../text/token-span.ts';

/**
 * The tokens of which text is selected, out of `tokens` elements in the order of the text; null where none is. A
 * selection that only touches the edge of a token does not take it.
 */
export function selectedTokens(
  selection: Selection | null,
  elementOf: (token: number) => Element | null,
  tokens: number,
): TokenSpan | null {
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const whole = (token: number): Range | null => {
    const element = elementOf(token);
    if (element === null) return null;
    const contents = document.createRange();
    contents.selectNodeContents(element);
    return contents;
  };
  let from = firstWhere(tokens, (token) => (whole(token)?.compareBoundaryPoints(Range.START_TO_END, range) ?? 1) > 0);
  let to =
    firstWhere(tokens, (token) => (whole(token)?.compareBoundaryPoints(Range.END_TO_START, range) ?? 1) >= 0) - 1;
  while (from <= to && shared(whole(from), range) === '') from += 1;
  while (to >= from && shared(whole(to), range) === '') to -= 1;
  return from <= to ? { from, to } : null;
}

/** The text that lies in both. */
function shared(part: Range | null, range: Range): string {
  if (part === null) return '';
  if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0)
    part.setStart(range.startContainer, range.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0) part.setEnd(range.endContainer, range.endOffset);
  return part.toString();
}

/** The first index for which `holds`, by halving: it must hold for all after the first. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
