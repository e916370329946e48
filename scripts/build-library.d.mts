/** Names of the entries that have types. */
export const TYPED: readonly string[];
/** Builds the package into a folder; gives that folder. */
export function buildLibrary(out: string, options?: { readonly types?: boolean }): Promise<string>;
/** Writes the types alone, into `out`/types. */
export function writeTypes(out: string): Promise<void>;
