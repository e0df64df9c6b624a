import type { Locator } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { insist } from './until.ts';

/** How to click. */
export interface ClickOptions {
  readonly button?: 'left' | 'right';
  readonly modifiers?: readonly ('Control' | 'Shift')[];
  /** What a screen reader says of the row that is to be clicked, or in which something is: no other is clicked. */
  readonly row?: string;
}

/** Ms for an element to come and to stand still. */
const patience = 4000;

/**
 * Clicks, or rejects within a few seconds with nothing clicked. A row or an icon that VS Code draws anew while the button is down gets no
 * click; a row into whose place another has come must get none. Only for what acts when the button is let go.
 */
export async function clickOnce(target: Locator, { button = 'left', modifiers = [], row }: ClickOptions = {}): Promise<void> {
  const element = await target.elementHandle({ timeout: patience });
  if (element === null) throw new Error('there is nothing to click');
  const watch = await element.evaluateHandle(watchMouse, { types: button === 'left' ? ['pointerdown', 'mousedown', 'click'] : ['pointerdown', 'mousedown', 'contextmenu'], row });
  const failure = await element.click({ button, modifiers: [...modifiers], timeout: patience }).then(() => undefined, (error: unknown) => error as Error);
  if (!await watch.evaluate(({ end }) => end())) throw failure ?? new Error('the click got lost');
}

/** Clicks, and clicks again where the click got lost, until 30 s are over. */
export async function click(target: Locator, options: ClickOptions = {}): Promise<void> {
  await insist(() => clickOnce(target, options), 30_000);
}

/** A row, and what a screen reader says of it. */
export type NamedRow = readonly [row: Locator, name: string];

/** Drags a row onto another, or rejects within a few seconds with nothing dropped. */
export async function dragOnce([from, fromName]: NamedRow, [to, toName]: NamedRow): Promise<void> {
  const dragged = await from.evaluateHandle(watchMouse, { types: ['pointerdown', 'mousedown', 'dragstart'], row: fromName }, { timeout: patience });
  const dropped = await to.evaluateHandle(watchMouse, { types: ['drop'], row: toName }, { timeout: patience });
  const failure = await from.dragTo(to, { timeout: patience }).then(() => undefined, (error: unknown) => error as Error);
  await dragged.evaluate(({ end }) => end());
  if (!await dropped.evaluate(({ end }) => end())) throw failure ?? new Error('nothing was dropped');
}

/** What functions that run in the page use of a mouse event. */
interface Click {
  readonly type: string;
  readonly target: unknown;
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

interface Clicked extends Drawn {
  readonly isConnected: boolean;
  closest(selector: string): Drawn | null;
  contains(other: unknown): boolean;
}

/** Runs in the page. Keeps these events from what has come in the place of the element; `end` says whether the last of them has reached it. */
function watchMouse(element: object, { types, row }: { readonly types: readonly string[]; readonly row: string | undefined }): { end(): boolean } {
  const { addEventListener, removeEventListener } = globalThis as unknown as Record<'addEventListener' | 'removeEventListener', (type: string, listener: (event: Click) => void, capture: boolean) => void>;
  const watched = element as Clicked;
  const named = watched.closest('[role=treeitem], [role=option]');
  const name = (): string => (named?.getAttribute('aria-label') ?? '').trim();
  const before = row ?? name();
  let reached = false;
  const listen = (event: Click): void => {
    if (!watched.isConnected || name() !== before) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.type === types.at(-1) && watched.contains(event.target)) reached = true;
  };
  for (const type of types) addEventListener(type, listen, true);
  return {
    end() {
      for (const type of types) removeEventListener(type, listen, true);
      return reached;
    },
  };
}
