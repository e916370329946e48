/**
 * One reading without the rest of the page: `embed.html#CODE`, for an iframe. CODE is what stands behind `?s=` in a link;
 * `embed.html?theme=dark#CODE` chooses the appearance. Nothing is fetched, stored or computed by a model.
 */
import { AppError } from '../base/errors.ts';
import { sharedIn } from '../state/runs/link-code.ts';
import { embedView } from './embed-view.ts';

async function show(): Promise<void> {
  const main = document.querySelector('main');
  if (main === null) return;
  const theme = new URLSearchParams(location.search).get('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  try {
    main.replaceChildren(...embedView(await sharedIn(codeIn(location.hash)), `./${pageHash(location.hash)}`));
  } catch (thrown) {
    const problem = document.createElement('p');
    problem.setAttribute('role', 'alert');
    problem.textContent = AppError.from(thrown).message;
    main.replaceChildren(problem);
  }
}

/** The code of a whole link, or the code alone. */
function codeIn(hash: string): string {
  const plain = hash.replace(/^#/, '');
  return plain.includes('?') ? (new URLSearchParams(plain.slice(plain.indexOf('?'))).get('s') ?? '') : plain;
}

const pageHash = (hash: string): string => (hash.includes('?') ? hash : `#/read?s=${hash.replace(/^#/, '')}`);

addEventListener('hashchange', () => void show());
await show();
