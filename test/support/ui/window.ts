import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Language } from '../browserVsCode/languagePack.ts';
import { outFolder } from '../paths.ts';
import { createEditors, type Editors } from './editors.ts';
import { findHouse } from './house.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { createTree, type Tree } from './tree.ts';

export interface WindowOptions {
  /** `checkout`: the bundles in dist/ (the default). `vsix`: keyspace.vsix, installed as a user would. */
  readonly extension?: 'checkout' | 'vsix';
  /** English if none is given. VS Code's own words stay English in each. */
  readonly language?: Language;
  /** User settings besides the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A real VS Code window with the extension, of a user of its own: nothing of another window is in it. */
export interface Window {
  readonly page: Page;
  /** The view of connections and keys. */
  readonly tree: Tree;
  /** Command palette, input boxes, quick picks, dialogs, notifications. */
  readonly prompts: Prompts;
  readonly editors: Editors;
  /** Adds a connection to a server without a password on 127.0.0.1, as a user does, and waits until the tree shows its databases. */
  connect(name: string, port: number, access?: RegExp): Promise<void>;
  /** Drags the edge of the side bar, so that a picture shows whole rows. @param x where its right edge shall be, in pixels */
  widenSideBar(x: number): Promise<void>;
  /** Saves test/.out/screenshots/<name>.png. */
  screenshot(name: string): Promise<void>;
  /** Loads the window anew, as "Developer: Reload Window" does. What was saved stays, what was open comes back. */
  reload(): Promise<void>;
  /** What the window and the extension host have printed so far. */
  log(): string;
  close(): Promise<void>;
}

/** Opens a window of 1280 × 800 in a VS Code that the files of this process share, one after the other. */
export async function openWindow(options: WindowOptions = {}): Promise<Window> {
  const { server, browser, newUser } = await findHouse(options.extension ?? 'checkout');
  await newUser(options.settings, options.language);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const close = async (): Promise<void> => {
    // A page that is left takes leave of its extension host, which would wait for hours for one that is closed.
    await page.goto('about:blank').catch(() => undefined);
    await context.close();
  };
  try {
    const lines: string[] = [];
    page.on('console', (message) => {
      lines.push(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      lines.push(`page error: ${error.stack ?? error.message}`);
    });
    await page.goto(server.url);
    await untilShown(page);
    const tree = createTree(page);
    const prompts = createPrompts(page);
    return {
      page,
      tree,
      prompts,
      editors: createEditors(page, prompts),
      async connect(name, port, access = /^Read and write/) {
        await prompts.command('Add Connection…');
        await prompts.input(`127.0.0.1:${port}`, /URL/);
        await prompts.input('', /Password/);
        await prompts.input(name, /name for the tree/);
        await prompts.pick(access);
        await tree.row([name, /^Database \d/]);
      },
      async widenSideBar(x) {
        const box = await page.locator('.part.sidebar').boundingBox();
        if (box === null) throw new Error('the side bar is not open');
        await page.mouse.move(box.x + box.width, 500);
        await page.mouse.down();
        await page.mouse.move(x, 500, { steps: 4 });
        await page.mouse.up();
      },
      screenshot: name => screenshot(page, name),
      async reload() {
        await page.reload();
        await untilShown(page);
      },
      log: () => [...lines, ...server.output().split('\n').map(line => `server: ${line}`)].join('\n'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The window can be used once its side bar has our icon: extensions are known by then. */
async function untilShown(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  await page.getByRole('tab', { name: 'Keyspace', exact: true }).waitFor({ timeout: 60_000 });
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(outFolder, 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/**
 * A window for the tests of one `describe`: opened before them, closed after them. After a failed test a screenshot
 * (`failed-<title>.png`) and the window's log stand in test/.out/screenshots. Use it as `const vscode = useWindow();`
 * and inside tests `vscode.tree`, `vscode.prompts` ...
 */
export function useWindow(options: WindowOptions = {}): Omit<Window, 'close'> {
  let open: Window | undefined;
  const current = (): Window => {
    if (open === undefined) throw new Error('the window is open only inside tests and hooks');
    return open;
  };
  before(async function () {
    this.timeout(120_000); // the first use may fetch VS Code
    open = await openWindow(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || open === undefined) return;
    const name = `failed-${this.currentTest.fullTitle().replaceAll(/[^\w]+/g, '-').slice(0, 120)}`;
    await screenshot(open.page, name).catch(() => undefined);
    writeFileSync(join(outFolder, 'screenshots', `${name}.log`), open.log());
    const rows = await open.tree.shown().catch(() => []);
    console.log(`    see test/.out/screenshots/${name}.png and .log; the tree showed:\n${rows.map(row => `      ${'  '.repeat(row.level)}${row.text}`).join('\n')}`);
  });
  after(async function () {
    this.timeout(30_000);
    await open?.close();
    open = undefined;
  });
  return {
    get page() { return current().page; },
    get tree() { return current().tree; },
    get prompts() { return current().prompts; },
    get editors() { return current().editors; },
    connect: (...what) => current().connect(...what),
    widenSideBar: x => current().widenSideBar(x),
    screenshot: name => current().screenshot(name),
    reload: () => current().reload(),
    log: () => current().log(),
  };
}
