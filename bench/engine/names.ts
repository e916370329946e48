/** What both engines load, by the names of its folders. */
export const MODEL = 'smollm2-135m-instruct-q4';
/** The probe whose scores are measured. */
export const PROBE = 'kind-cruel';
