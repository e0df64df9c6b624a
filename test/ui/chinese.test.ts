import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

const han = /\p{Script=Han}/u;
const allChinese = (texts: readonly string[]): void => assert.deepEqual(texts.filter((text) => !han.test(text)), []);

describe('a window in Chinese', () => {
  const vscode = useWindow({ language: 'zh-cn' });

  const sideBar = (): Locator => vscode.page.locator('.part.sidebar');
  /** Prose and outputs are drawn in frames, under shadow roots. */
  const says = async (text: string | RegExp): Promise<void> => until(async () => {
    const there = await Promise.all(vscode.page.frames().map(async (frame) => frame.getByText(text).first().isVisible().catch(() => false)));
    return there.includes(true);
  }, 30_000);

  it('has a tree with Chinese rows, tooltips, buttons and menus', async function () {
    this.timeout(60_000);
    await vscode.tree.open();
    await vscode.tree.expand('练习');
    await vscode.tree.expand(['练习', /^数据库 0/]);
    allChinese((await vscode.tree.shown()).filter(({ level }) => level === 2).map(({ text }) => text));
    assert.match((await vscode.tree.row(['练习', /^数据库 0/, 'customer'])).name, /^命名空间 customer，键：1,550/);
    allChinese(await sideBar().locator('.pane-header .title').allInnerTexts().then((titles) => titles.map((title) => title.trim()).filter((title) => title !== '')));
    await vscode.tree.menu(['练习', /^数据库 0/], /^筛选键…/);
    await vscode.prompts.input('order:*', /模式/);
    await vscode.prompts.pick(/^任意类型/, /哪种类型的键/);
    await vscode.tree.row(['练习', /^数据库 0.*筛选：order:\*/]);
    assert.match(await vscode.tree.tooltip('练习'), /示例数据：商店/);
    await vscode.screenshot('chinese-tree');
    await vscode.page.mouse.move(0, 0);
  });

  it('asks for a connection in Chinese, and says in Chinese what is wrong with it', async function () {
    this.timeout(60_000);
    await vscode.prompts.command('添加连接…');
    await vscode.prompts.input('http://localhost', /服务器的 URL/);
    await until(async () => await vscode.prompts.inputMessage() === 'URL 必须以 redis:// 开头，使用 TLS 时以 rediss:// 开头', 15_000);
    await vscode.prompts.input('redis://127.0.0.1:1');
    await vscode.prompts.input('', /密码/);
    await vscode.prompts.input('没有服务器', /在树中显示的名称/);
    allChinese(await vscode.prompts.picks());
    await vscode.prompts.pick(/^可读写/, /允许通过此连接做什么/);
    const text = await vscode.prompts.answer('仍然保存');
    assert.match(text, /连接“没有服务器”目前无法使用/);
    assert.match(text, /127\.0\.0\.1:1 上没有程序在监听/);
    await vscode.tree.row('没有服务器');
  });

  it('clones in Chinese: the ways, the plan, the outcome', async function () {
    this.timeout(90_000);
    await vscode.tree.menu(['练习', /^数据库 0/], /^克隆数据库…/);
    const ways = await vscode.prompts.picks();
    assert.equal(ways.length, 6);
    allChinese(ways);
    await vscode.screenshot('chinese-ways');
    await vscode.prompts.pick(/^同一实例中的多个数据库/);
    await vscode.prompts.pick(/^数据库 4/);
    allChinese(await vscode.prompts.picks());
    await vscode.prompts.pick(/^替换/, /已经存在的键怎么处理/);
    await vscode.prompts.pick(/^显示计划/);
    const plan = await vscode.prompts.answer('克隆');
    allChinese(plan.split('\n').filter((line) => /\p{L}{2}/u.test(line) && !/^Cancel$/.test(line)));
    const outcome = await vscode.prompts.notification(/已复制 .* 个键/);
    assert.match(outcome, /个键。已与源逐个键比较：完全一致。/);
    await vscode.screenshot('chinese-clone');
  });

  it('teaches in Chinese', async function () {
    this.timeout(90_000);
    const header = sideBar().locator('.pane-header', { hasText: '课程' });
    await click(header);
    const lessons = sideBar().getByRole('tree').last().getByRole('treeitem');
    await click(lessons.filter({ hasText: 'SCAN 不是迭代器' }).first());
    await says('取第一页');
    const cell = vscode.page.locator('.notebookOverlay .code-cell-row', { hasText: 'SCAN 0' }).first();
    await click(cell.getByText('检查', { exact: true }));
    await says(/还没有。.*还没有扫描过/);
    await vscode.screenshot('chinese-lesson');
  });

  it('leads through the walkthrough in Chinese, from VS Code’s own Welcome page, with what was done before ticked', async function () {
    this.timeout(60_000);
    // VS Code itself speaks English here.
    await vscode.prompts.anyCommand('Help: Welcome');
    const page = vscode.page.locator('.gettingStartedContainer');
    await click(page.locator('button.getting-started-category', { hasText: 'Keyspace 快速入门' }));
    await click(page.getByText('认识游标', { exact: true }));
    allChinese(await page.locator('.step-title').allInnerTexts());
    await says('SCAN 不是迭代器');
    const ticked = (step: string): Promise<boolean> => page.getByRole('checkbox', { name: step, checked: true }).isVisible();
    await until(() => ticked('克隆数据库'), 15_000);
    // A connection was added, but there is no server.
    assert.equal(await ticked('连接自己的服务器'), false);
    await vscode.screenshot('chinese-walkthrough');
  });
});
