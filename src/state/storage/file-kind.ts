/** What something can be saved as. */
import type { Theme } from '../../charts/colour.ts';
import type { AppState } from '../app.svelte.ts';
import type { FileContent } from './save-file.ts';

/** A kind of file; what makes it is fetched when it is asked for. */
export interface FileKind<T> {
  /** The end of its name, or the whole name. */
  readonly ending: string;
  readonly says: string;
  readonly type: string;
  make(of: T, theme: Theme): Promise<FileContent>;
}

/** Makes a file in the theme that is shown and saves it under a name; what goes wrong is shown. */
export function saveAs<T>(
  app: Pick<AppState, 'attempt' | 'save' | 'preferences'>,
  name: string,
  { make, type }: FileKind<T>,
  of: T,
): Promise<void> {
  return app.attempt(async () => app.save(name, await make(of, app.preferences.shownTheme), type));
}
