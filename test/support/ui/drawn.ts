/**
 * What functions that run in the page use of an element. The DOM's own types would make `window`, `name` and a hundred
 * more names known in every file of this repository, where they do not exist.
 */
export interface Drawn {
  readonly textContent: string | null;
  readonly classList: { contains(name: string): boolean };
  readonly style: { readonly top: string; readonly height: string };
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  dispatchEvent(event: object): boolean;
  querySelector(selector: string): Drawn | null;
  querySelectorAll(selector: string): Iterable<Drawn>;
  /** In pixels; 0 for what is not shown. */
  readonly clientHeight: number;
}
