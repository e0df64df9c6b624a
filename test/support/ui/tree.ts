import type { Locator, Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { chooseFrom } from './menu.ts';
import { clickOnce, dragOnce, type ClickOptions } from './mouse.ts';
import { insist, until } from './until.ts';

/** A row of the tree, as it is shown and as it is read aloud. */
export interface Row {
  /** Position among all rows, shown or scrolled away; changes when rows come and go above it. */
  readonly index: number;
  /** What a screen reader says. */
  readonly name: string;
  readonly label: string;
  /** Label and the dimmed text after it. */
  readonly text: string;
  /** 1 for connections. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
  readonly focused: boolean;
}

/** A row's visible label, whole (a string), or something that its accessible name or its text matches. */
export type RowName = string | RegExp;

/** A row, or the way to it from any row above: `['Practice', 'Database 0', 'user', /load more/i]`. */
export type RowPath = RowName | readonly RowName[];

/** The view of connections and keys. Whatever takes a path scrolls until the row is there, and fails after 15 s. */
export interface Tree {
  /** Opens the view, if it is not open, by its icon. */
  open(): Promise<void>;
  /** The row, scrolled into sight. The locator is that of its present position: ask again after rows came or went. */
  find(path: RowPath): Promise<Locator>;
  /** What is known of the row. */
  row(path: RowPath): Promise<Row>;
  /** True if there is such a row now. */
  has(path: RowPath): Promise<boolean>;
  /** Rows that are drawn at this moment, from the top. */
  shown(): Promise<readonly Row[]>;
  /** All rows, by scrolling from top to bottom. */
  rows(): Promise<Row[]>;
  /** The rows directly under this one. */
  children(path: RowPath): Promise<Row[]>;
  /** Opens the row with the mouse (its arrow), or with the keyboard (arrow keys), and waits for its children. */
  expand(path: RowPath, how?: 'mouse' | 'keyboard'): Promise<void>;
  collapse(path: RowPath, how?: 'mouse' | 'keyboard'): Promise<void>;
  /** Clicks on the row; with Control or Shift, it is selected besides others. */
  click(path: RowPath, ...modifiers: ('Control' | 'Shift')[]): Promise<void>;
  /** Drags a row onto another. */
  drag(from: RowPath, to: RowPath): Promise<void>;
  /** Moves the focus to the row with Home and the arrow keys alone. */
  focus(path: RowPath): Promise<void>;
  /** Presses a key (Playwright's names) while the tree has the focus. */
  press(key: string): Promise<void>;
  /** The row with the keyboard's focus. */
  focused(): Promise<Row | undefined>;
  /** Presses one of the icons that the row shows under the mouse. */
  inlineAction(path: RowPath, action: RowName): Promise<void>;
  /** Chooses from the row's context menu. */
  menu(path: RowPath, ...items: readonly RowName[]): Promise<void>;
  /** Presses a button of the view's title. */
  titleAction(action: RowName): Promise<void>;
  /** The text above the rows; empty if there is none. */
  message(): Promise<string>;
  /** The text that appears when the mouse rests on the row. */
  tooltip(path: RowPath): Promise<string>;
}

const rowHeight = 22;
const patience = 15_000;

export function createTree(page: Page): Tree {
  const view = page.locator('.part.sidebar');
  const list = view.getByRole('tree').first();

  /** All that is drawn, asked for at once: what is asked again and again costs the window its time. */
  const look = (): Promise<Sight> => view.locator('[role=tree]').evaluateAll(readTree);
  const shown = async (): Promise<readonly Row[]> => (await look()).rows;

  /** As a wheel would, without focus or hover; a real one moves 50 pixels a notch, which takes minutes for thousands of rows. */
  async function scrollTo(pixels: number): Promise<void> {
    const { scrolled } = await look();
    await list.locator('.monaco-list-rows').first().evaluate(turnWheel, pixels - scrolled);
  }

  /** Rows from the top, scrolling on as they are asked for. */
  async function* walk(): AsyncGenerator<Row> {
    if ((await shown())[0]?.index !== 0) await scrollTo(0);
    let next = 0;
    for (;;) {
      const { rows, height } = await look();
      for (const row of rows) {
        if (row.index < next) continue;
        next = row.index + 1;
        yield row;
      }
      if (next === 0 || next >= Math.round(height / rowHeight)) return;
      await scrollTo(next * rowHeight);
    }
  }

  async function locate(path: RowPath): Promise<Row | undefined> {
    const names = typeof path === 'string' || path instanceof RegExp ? [path] : path;
    // A single name that is drawn needs no scrolling.
    const [first, ...others] = names;
    if (first === undefined) throw new Error('an empty path names no row');
    if (others.length === 0) {
      const there = (await shown()).find(row => matches(row, first));
      if (there) return there;
    }
    // Of each row on the way, how deep it was found; a row at its level or above ends what is under it.
    const way: Row[] = [];
    for await (const row of walk()) {
      while (way.length > 0 && row.level <= (way.at(-1)?.level ?? 0)) way.pop();
      const parent = way.at(-1);
      if (parent !== undefined && row.level !== parent.level + 1) continue;
      const wanted = names[way.length];
      if (wanted === undefined || !matches(row, wanted)) continue;
      if (way.length + 1 === names.length) return row;
      way.push(row);
    }
    return undefined;
  }

  async function need(path: RowPath): Promise<Row> {
    let found: Row | undefined;
    await until(async () => (found = await locate(path)) !== undefined, patience).catch(async () => {
      const rows = (await shown()).map(({ name, text }) => `${text} (${name})`);
      throw new Error(`no row ${String(path)} in the tree; drawn are:\n${rows.join('\n')}`);
    });
    if (found === undefined) throw new Error(`no row ${String(path)}`);
    return found;
  }

  async function find(path: RowPath): Promise<Locator> {
    return await show(await need(path));
  }

  /** Scrolls to the row. */
  async function show(row: Row): Promise<Locator> {
    const locator = list.locator(`[role=treeitem][data-index="${row.index}"]`);
    const { scrolled, sight } = await look();
    const top = row.index * rowHeight - scrolled;
    // Into the middle, so that children and the neighbours are drawn too.
    if (top < 0 || top > sight - 3 * rowHeight) await scrollTo(row.index * rowHeight - sight / 2);
    return locator;
  }

  /** Clicks on the row or something in it, wherever it is by then. */
  async function clickOn(path: RowPath, options: ClickOptions = {}, within: (row: Locator) => Locator | Promise<Locator> = (row) => row): Promise<void> {
    await insist(async () => {
      const row = await need(path);
      const locator = await show(row);
      await clickOnce(await within(locator), { ...options, row: row.name });
    });
  }

  /** Waits until the row is open and its children have come, or it is closed. */
  async function untilExpanded(path: RowPath, expanded: boolean): Promise<void> {
    await until(async () => {
      const row = await locate(path);
      if (row?.expanded !== expanded) return false;
      if (!expanded) return true;
      return (await shown()).some(({ index, level }) => index === row.index + 1 && level === row.level + 1);
    }, patience).catch(() => {
      throw new Error(`the row ${String(path)} did not ${expanded ? 'expand' : 'collapse'}`);
    });
  }

  async function toggle(path: RowPath, expanded: boolean, how: 'mouse' | 'keyboard'): Promise<void> {
    for (let attempt = 0; attempt < 4 && (await need(path)).expanded !== expanded; attempt += 1) {
      if (how === 'mouse') await clickOn(path, {}, (row) => row.locator('.monaco-tl-twistie'));
      else {
        await focus(path);
        await page.keyboard.press(expanded ? 'ArrowRight' : 'ArrowLeft');
      }
      // A row that moved meanwhile has left its place to another.
      await until(async () => (await locate(path))?.expanded === expanded, patience / 3).catch(() => undefined);
    }
    await untilExpanded(path, expanded);
  }

  async function focused(): Promise<Row | undefined> {
    return (await shown()).find(row => row.focused);
  }

  async function focus(path: RowPath): Promise<void> {
    // Rows that come or go meanwhile make it the wrong way.
    await insist(async () => {
      const { index, name } = await need(path);
      await list.focus();
      await page.keyboard.press('Home');
      await until(async () => (await focused())?.index === 0, patience / 3);
      for (let at = 1; at <= index; at += 1) {
        await page.keyboard.press('ArrowDown');
        // Every twentieth: the keys are handled in order, only their number matters.
        if (at % 20 === 0 || at === index) await until(async () => (await focused())?.index === at, patience / 3);
      }
      if ((await focused())?.name !== name) throw new Error(`the way to ${String(path)} has changed`);
    });
  }

  return {
    async open() {
      const tab = page.locator('.part.activitybar').getByRole('tab', { name: 'Keyspace' });
      const appears = (): Promise<boolean> => list.waitFor({ timeout: 5000 }).then(() => true, () => false);
      // A click on the icon of an open view closes it, and after a reload the view opens by itself a little later than its icon.
      for (let attempt = 0; attempt < 4; attempt += 1) {
        if (await tab.getAttribute('aria-selected') === 'true' && await appears()) return;
        await tab.click();
        if (await appears()) return;
      }
      throw new Error('the view does not open');
    },
    find,
    row: need,
    has: async path => await locate(path) !== undefined,
    shown,
    async rows() {
      const all: Row[] = [];
      for await (const row of walk()) all.push(row);
      return all;
    },
    async children(path) {
      const parent = await need(path);
      const all: Row[] = [];
      for await (const row of walk()) {
        if (row.index <= parent.index) continue;
        if (row.level <= parent.level) break;
        if (row.level === parent.level + 1) all.push(row);
      }
      return all;
    },
    expand: (path, how = 'mouse') => toggle(path, true, how),
    collapse: (path, how = 'mouse') => toggle(path, false, how),
    click: (path, ...modifiers) => clickOn(path, { modifiers }),
    drag: (from, to) => insist(async () => {
      const [dragged, target] = [await need(from), await need(to)];
      await dragOnce([await show(dragged), dragged.name], [await show(target), target.name]);
    }),
    focus,
    async press(key) {
      await list.focus();
      await page.keyboard.press(key);
    },
    focused,
    async inlineAction(path, action) {
      await clickOn(path, {}, async (row) => {
        await row.hover({ timeout: patience / 3 });
        return row.getByRole('button', { name: action });
      });
    },
    async menu(path, ...items) {
      await chooseFrom(page, () => clickOn(path, { button: 'right' }), items);
    },
    async titleAction(action) {
      await insist(async () => {
        // Where the container shows several views, the actions are in the header of ours and not in its own title.
        const header = view.locator('.pane-header:not(.hidden)').first();
        const title = await view.locator('.pane').count() > 1 && await header.isVisible() ? header : view.locator('.composite.title');
        await title.hover({ timeout: patience / 3 });
        await clickOnce(title.getByRole('button', { name: action }));
      });
    },
    async message() {
      const message = view.locator('.tree-explorer-viewlet-tree-view > .message');
      return await message.isVisible() ? (await message.innerText()).trim() : '';
    },
    async tooltip(path) {
      const hovers = page.locator('.monaco-hover:visible, .workbench-hover:visible');
      // A row that is drawn anew meanwhile forgets that the mouse rests on it.
      for (let attempt = 0; attempt < 4; attempt += 1) {
        await page.mouse.move(0, 0);
        // An icon that was under the mouse has a tooltip of its own, which goes a moment later.
        await until(async () => await hovers.count() === 0, patience);
        await (await find(path)).locator('.label-name').hover();
        // The extension is asked for the text meanwhile.
        const told = hovers.filter({ hasNotText: /^Loading\.\.\.$/ }).last();
        if (await told.waitFor({ timeout: 5000 }).then(() => true, () => false)) return await told.innerText();
      }
      throw new Error(`the row ${String(path)} shows no tooltip`);
    },
  };
}

/** The rows that are drawn, from the top. They lie on a sheet as high as all rows, which is moved up as the view is scrolled. In pixels. */
interface Sight {
  readonly rows: readonly Row[];
  readonly scrolled: number;
  readonly height: number;
  /** The height of what can be seen of it; 0 if there is no tree. */
  readonly sight: number;
}

/** Runs in the page, of all trees in the side bar; ours is the first that is shown. */
function readTree(trees: Drawn[]): Sight {
  const tree = trees.find(({ clientHeight }) => clientHeight > 0);
  const sheet = tree?.querySelector('.monaco-list-rows')?.style;
  const rows = [...tree?.querySelectorAll('[role=treeitem]') ?? []].map((element): Row => {
    const text = (selector: string): string => element.querySelector(selector)?.textContent ?? '';
    const expanded = element.getAttribute('aria-expanded');
    return {
      index: Number(element.getAttribute('data-index')),
      name: (element.getAttribute('aria-label') ?? '').trim(),
      label: text('.label-name'),
      text: [text('.label-name'), text('.label-description')].filter(part => part !== '').join(' '),
      level: Number(element.getAttribute('aria-level')),
      expanded: expanded === null ? undefined : expanded === 'true',
      focused: element.classList.contains('focused'),
    };
  });
  return {
    rows: rows.sort((a, b) => a.index - b.index),
    scrolled: -Number.parseFloat(sheet?.top ?? '0') || 0,
    height: Number.parseFloat(sheet?.height ?? '0') || 0,
    sight: tree?.clientHeight ?? 0,
  };
}

/** Runs in the page. VS Code moves a list by 50 pixels for each 120 of wheelDeltaY. */
async function turnWheel(element: Drawn, pixels: number): Promise<void> {
  const { WheelEvent, requestAnimationFrame } = globalThis as unknown as {
    WheelEvent: new (type: string, init: object) => object;
    requestAnimationFrame(callback: () => void): void;
  };
  element.dispatchEvent(new WheelEvent('wheel', { deltaY: pixels, wheelDeltaY: -pixels * 120 / 50, bubbles: true, cancelable: true }));
  await new Promise<void>((resolve) => {
    requestAnimationFrame(() => {
      resolve();
    });
  });
}

function matches(row: Row, name: RowName): boolean {
  return typeof name === 'string' ? row.label === name : name.test(row.name) || name.test(row.text);
}
