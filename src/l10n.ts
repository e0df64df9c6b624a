/** Texts for people by their English, as `vscode.l10n.bundle` has them. */
export type Translations = Readonly<Record<string, string>>;

let translations: Translations = {};

/** From now on texts are said in these words; what is missing, and everything before the first call, is said in English. */
export function speak(words: Translations | undefined): void {
  translations = words ?? {};
}

/** What src/ui says through `vscode.l10n` is said through this everywhere below it. `npm run l10n` collects the strings of both. */
export const l10n = {
  /** `message` in the language of the window, `args` in its places {0}, {1} … */
  t(message: string, ...args: readonly (string | number)[]): string {
    return (translations[message] ?? message).replaceAll(/\{(\d+)\}/g, (place, index: string) => String(args[Number(index)] ?? place));
  },
};
