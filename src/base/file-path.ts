/** Paths with `/` between names. Pure. */

/** The name at the end of a path, without folders. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder of a path, with the `/` at its end; empty at the root. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
