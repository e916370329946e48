/** Types of make-manifest.mjs. */
export function makeManifest(dir: string): string;
