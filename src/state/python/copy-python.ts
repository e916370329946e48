/** Puts a program on the clipboard, and says so; where the browser refuses, it is saved as a file. */
import type { PythonLibrary, PythonProgram } from '../../formats/python/program-types.ts';
import { pythonProgram } from '../../formats/python/python-program.ts';
import type { AppState } from '../app.svelte.ts';

/** What every program of the page needs. */
export type PythonApp = Pick<AppState, 'readingController' | 'probes' | 'session' | 'save'>;

/** Makes a program; null where that was stopped, which is then already said. Throws where there is no number to find again. */
export type MakeProgram = (app: PythonApp) => Promise<PythonProgram | null>;

/** Whether the program is on the clipboard. Throws what `make` throws. */
export async function copyPython(app: PythonApp, library: PythonLibrary, make: MakeProgram): Promise<boolean> {
  const program = await make(app);
  if (program === null) return false;
  const source = pythonProgram(program, library);
  try {
    await navigator.clipboard.writeText(source);
    app.session.say(`The program is on the clipboard. It asserts ${program.expected.toPrecision(4)}.`);
    return true;
  } catch {
    // No clipboard without permission or focus.
    app.save(`flipside-${program.kind}.py`, source, 'text/x-python');
    app.session.say('The browser does not let the page copy, so the program was saved as a file.');
    return false;
  }
}
