/** Types of chromium.mjs. */
export function findChromium(): string | null;
export const CHROMIUM: string;
export const CHROMIUM_FLAGS: readonly string[];
export const SOFTWARE_GPU_FLAGS: readonly string[];
