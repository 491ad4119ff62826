/** Mutants that no test can kill, by key, each with the reason. */
export const survivors: Readonly<Record<string, string>> = {};
