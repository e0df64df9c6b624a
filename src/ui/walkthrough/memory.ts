import * as vscode from 'vscode';
import { setContext } from '../platform/commands.ts';
import { walkthroughSteps, type WalkthroughStep } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';

/** What of the walkthrough was done, in all windows and for good, whether its page was ever open or not. */
export interface WalkthroughMemory extends vscode.Disposable {
  /** A step was done. */
  did(step: WalkthroughStep): void;
  /** The page was opened, or may have been: ticks what is done. */
  tell(): void;
  /** True until the row of the Keyspace view that leads to the walkthrough is hidden. */
  readonly showsRow: () => boolean;
  hideRow(): Promise<void>;
  readonly onDidHideRow: vscode.Event<void>;
}

const doneKey = 'keyspace.walkthrough.done';
const hiddenKey = 'keyspace.walkthrough.hidden';
/** When VS Code is told after a page was opened, ms; it may take seconds until it knows the steps of a new extension. */
const TOLD = [0, 500, 2000, 6000];
/** For how long, ms. */
const PULSE = 50;

/**
 * VS Code ticks a step when its context key becomes true. But it listens only once a page of walkthroughs was opened, and a key that
 * is true when it begins to is passed over for good. So keys are false, but for a moment: when something was done, and when the page is there.
 */
export function createWalkthroughMemory({ globalState }: vscode.ExtensionContext): WalkthroughMemory {
  const hidden = new vscode.EventEmitter<void>();
  const timers = new Set<NodeJS.Timeout>();
  const done = (): readonly WalkthroughStep[] => {
    const kept = globalState.get<readonly string[]>(doneKey, []);
    return walkthroughSteps.filter((step) => kept.includes(step));
  };
  const later = (ms: number, what: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, ms);
    timers.add(timer);
  };
  const say = (value: boolean): void => {
    for (const step of done()) setContext(`keyspace.did.${step}`, value);
  };
  const pulse = (): void => {
    say(true);
    later(PULSE, () => say(false));
  };
  const tell = (): void => {
    for (const ms of TOLD) later(ms, pulse);
  };
  /** Extensions are not told what such a page is: it is one of the tabs that they know nothing of. */
  const mayBePage = ({ input }: vscode.Tab): boolean => input === undefined;

  const disposables = createDisposables(
    hidden,
    vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
      if ([...opened, ...changed].some(mayBePage)) tell();
    }),
    { dispose: () => timers.forEach(clearTimeout) },
  );
  if (vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(mayBePage))) tell();
  return {
    did(step) {
      if (!done().includes(step)) void globalState.update(doneKey, [...done(), step]);
      pulse();
    },
    tell,
    showsRow: () => !globalState.get<boolean>(hiddenKey, false),
    async hideRow() {
      await globalState.update(hiddenKey, true);
      hidden.fire();
    },
    onDidHideRow: hidden.event,
    dispose: () => void disposables.dispose(),
  };
}
