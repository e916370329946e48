/** The Python that PYTHON names, else the first with numpy; null where there is none. */
export function findPython(): string | null;
/** Ends the program with one line when there is no Python with numpy. */
export function ensurePython(): void;
