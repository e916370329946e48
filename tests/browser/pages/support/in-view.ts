/** What a reader meets in a part of the page before anything is pressed: its words, and the stops of its Tab key. */

/** Not the page's own words: texts that are read, choices that are not open, and what is there for a screen reader only. */
const NOT_COUNTED = '.unseen, .skip, script, style, [data-skip], [translate="no"], option, #js-plotly-tester';
const STOPS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

/** `window`: what can be seen without scrolling. `page`: all of it, but for what is folded. */
export type Reach = 'window' | 'page';

/** Words with a letter in them that can be seen in `root`. */
export function wordsInView(root: Element = document.body, reach: Reach = 'window'): readonly string[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const words: string[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement!;
    if (parent.closest(NOT_COUNTED) !== null || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { top, height } = range.getBoundingClientRect();
    if (height > 0 && (reach === 'page' || top < innerHeight))
      words.push(...(node.textContent ?? '').split(/\s+/u).filter((word) => /\p{L}/u.test(word)));
  }
  return words;
}

/** What the Tab key stops at in `root`: a group of radio buttons is one stop, and a text that is read is no control. */
export function controlsInView(root: Element = document.body, reach: Reach = 'window'): readonly Element[] {
  const groups = new Set<string>();
  return [...root.querySelectorAll<HTMLElement>(STOPS)].filter((element) => {
    if (element.tabIndex < 0 || element.closest('[data-skip], [translate="no"]') !== null || !element.checkVisibility())
      return false;
    const { top, height } = (element.closest('label') ?? element).getBoundingClientRect();
    if (height === 0 || (reach === 'window' && top >= innerHeight)) return false;
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
    const isNew = !groups.has(element.name);
    groups.add(element.name);
    return isNew;
  });
}
