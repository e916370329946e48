/** Folder of the reports. */
export const REPORTS: string;
/** The name of an entry's report. */
export function reportName(entry: string): string;
/** Reports by entry, from the declarations in `folder`/types. */
export function apiReports(folder: string): ReadonlyMap<string, string>;
