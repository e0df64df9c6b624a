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
  const watch = await element.evaluateHandle(watchClick, { last: button === 'left' ? 'click' : 'contextmenu', row });
  const failure = await element.click({ button, modifiers: [...modifiers], timeout: patience }).then(() => undefined, (error: unknown) => error as Error);
  if (!await watch.evaluate(({ end }) => end())) throw failure ?? new Error('the click got lost');
}

/** Clicks, and clicks again where the click got lost, until 30 s are over. */
export async function click(target: Locator, options: ClickOptions = {}): Promise<void> {
  await insist(() => clickOnce(target, options), 30_000);
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

/** Runs in the page. Keeps the mouse from what has come in the place of the element; `end` says whether the last event has reached it. */
function watchClick(element: object, { last, row }: { readonly last: string; readonly row: string | undefined }): { end(): boolean } {
  const { addEventListener, removeEventListener } = globalThis as unknown as Record<'addEventListener' | 'removeEventListener', (type: string, listener: (event: Click) => void, capture: boolean) => void>;
  const clicked = element as Clicked;
  const named = clicked.closest('[role=treeitem], [role=option]');
  const name = (): string => (named?.getAttribute('aria-label') ?? '').trim();
  const before = row ?? name();
  let reached = false;
  const listen = (event: Click): void => {
    if (!clicked.isConnected || name() !== before) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.type === last && clicked.contains(event.target)) reached = true;
  };
  const types = ['pointerdown', 'mousedown', 'click', 'contextmenu'];
  for (const type of types) addEventListener(type, listen, true);
  return {
    end() {
      for (const type of types) removeEventListener(type, listen, true);
      return reached;
    },
  };
}
