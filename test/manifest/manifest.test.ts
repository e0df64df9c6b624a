import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandId, commandIds, contextIds, differenceWords, editorIds, rowAbilities, rowKinds, rowOnlyCommands, settingDefaults, viewIds } from '../../src/ui/platform/contributions.ts';
import { collectStrings } from '../support/l10n.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface MenuItem { command: string; when?: string; group?: string }
interface Contributed {
  commands: { command: string; title: string; category?: string; icon?: string; enablement?: string }[];
  menus: Record<string, MenuItem[]>;
  keybindings: { command: string; key: string; when?: string; args?: unknown }[];
  views: Record<string, { id: string; name: string; icon?: string }[]>;
  viewsContainers: { activitybar: { id: string; title: string; icon: string }[] };
  customEditors: { viewType: string; displayName: string; selector: { filenamePattern: string }[]; priority: string }[];
  walkthroughs: { id: string; steps: { id: string; description: string; media: { markdown: string }; completionEvents: string[] }[] }[];
  viewsWelcome: { view: string; contents: string; when?: string }[];
  configuration: { title: string; properties: Record<string, { default: unknown; scope?: string; markdownDescription?: string; enum?: string[]; enumDescriptions?: string[] }> }[];
}

const manifest = JSON.parse(read('package.json')) as { contributes: Contributed; activationEvents: string[]; engines: { vscode: string }; devDependencies: Record<string, string> };
const { contributes } = manifest;
const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;
const readme = read('README.md');
const reference = read('docs/reference.md');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => ({ file, text: read(join('src', file)) }));
const titleOf = (id: string): string => {
  const title = contributes.commands.find((command) => command.command === id)?.title ?? '';
  return strings[title.slice(1, -1)] ?? '';
};
const cells = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim());

describe('manifest', () => {
  it('contributes exactly the commands of the table', () => {
    assert.deepEqual(contributes.commands.map((command) => command.command).sort(), [...commandIds].sort());
  });

  it('registers every command once', () => {
    for (const id of commandIds) {
      const places = sources.filter(({ text }) => text.includes(`registerCommand('${id}'`) || text.includes(`registerRowCommand(explorer, '${id}'`));
      assert.equal(places.length, 1, `${id} is registered in ${places.map(({ file }) => file).join(', ') || 'no file'}`);
    }
  });

  it('gives every command a category and a title in title case, from package.nls.json', () => {
    const small = new Set(['to', 'of', 'for', 'as', 'a', 'the', 'and', 'or', 'in', 'on', 'with', 'from']);
    for (const command of contributes.commands) {
      assert.equal(command.category, 'Keyspace', command.command);
      const title = titleOf(command.command);
      assert.notEqual(title, '', `${command.command} has no title`);
      for (const word of title.split(' ')) assert.ok(small.has(word) || /^([A-Z]|dump\.rdb)/.test(word), `${title}: ${word}`);
    }
  });

  it('puts only commands with icons inline or in the title bar, three at most', () => {
    for (const [menu, items] of Object.entries(contributes.menus)) {
      const visible = items.filter((item) => /^(inline|navigation)/.test(item.group ?? ''));
      for (const item of visible) {
        assert.ok(contributes.commands.find((command) => command.command === item.command)?.icon, `${item.command} in ${menu} has no icon`);
      }
      if (menu === 'view/title') {
        for (const { id } of Object.values(contributes.views).flat()) assert.ok(visible.filter(({ when }) => when?.includes(`view == ${id}`)).length <= 3, `${menu} of ${id}`);
      }
    }
  });

  it('names only known commands in menus and key bindings, key bindings always with a when', () => {
    const known = new Set<string>(commandIds);
    for (const item of Object.values(contributes.menus).flat()) assert.ok(known.has(item.command), item.command);
    for (const binding of contributes.keybindings) {
      // VS Code's own command, on the keys that run a line of a script.
      if (binding.command === 'notebook.cell.execute' && /notebookType == keyspace-lesson/.test(binding.when ?? '')) continue;
      assert.ok(known.has(binding.command), binding.command);
      if (/editorTextFocus && editorLangId == redis/.test(binding.when ?? '')) continue;
      assert.match(binding.when ?? '', /focusedView == keyspace\.explorer/);
      assert.deepEqual(binding.args, { row: 'focused' }, `${binding.command}: the row with the focus is meant, not the selection`);
    }
  });

  it('uses only context keys and row words that exist', () => {
    const builtIn = new Set(['view', 'viewItem', 'resourceScheme', 'editorLangId', 'editorTextFocus', 'notebookEditorFocused', 'notebookType', 'redis', 'focusedView', 'listFocus', 'inputFocus', 'resourceExtname', 'explorerResourceIsFolder', 'false']);
    const values = new Set<string>(['keyspace', 'rdb', 'keyspace-lesson', 'lesson', ...Object.values(viewIds), ...rowKinds]);
    const words = new Set<string>([...rowAbilities, ...rowKinds, ...differenceWords]);
    const clauses = [
      ...Object.values(contributes.menus).flat().map((item) => item.when),
      ...contributes.keybindings.map((binding) => binding.when),
      ...contributes.commands.map((command) => command.enablement),
      ...contributes.viewsWelcome.map((welcome) => welcome.when),
    ].filter((clause) => clause !== undefined);
    assert.ok(clauses.length > 20);
    for (const clause of clauses) {
      for (const regex of clause.matchAll(/\/((?:[^/\\]|\\.)+)\//g)) {
        for (const word of (regex[1] ?? '').replaceAll('\\b', ' ').match(/[a-z]+/g) ?? []) assert.ok(words.has(word), `${word} in ${clause}`);
      }
      for (const name of clause.replaceAll(/\/((?:[^/\\]|\\.)+)\//g, ' ').match(/[A-Za-z][\w.]*/g) ?? []) {
        assert.ok(builtIn.has(name) || values.has(name) || (contextIds as readonly string[]).includes(name), `${name} in ${clause}`);
      }
    }
  });

  it('opens RDB files, and no others, by a click', () => {
    assert.deepEqual(contributes.customEditors.map(({ viewType, selector, priority }) => [viewType, selector, priority]), [[editorIds.file, [{ filenamePattern: '*.rdb' }], 'default']]);
  });

  it('hides commands that only a row can start from the palette', () => {
    const hidden = (contributes.menus['commandPalette'] ?? []).filter((item) => item.when === 'false').map((item) => item.command);
    assert.deepEqual(hidden.sort(), [...rowOnlyCommands].sort());
  });

  it('contributes exactly the settings of the table, with their defaults, a description and a scope', () => {
    const properties = Object.fromEntries(contributes.configuration.flatMap((section) => Object.entries(section.properties)));
    assert.deepEqual(Object.keys(properties).sort(), Object.keys(settingDefaults).sort());
    for (const [id, property] of Object.entries(properties)) {
      assert.deepEqual(property.default, settingDefaults[id as keyof typeof settingDefaults], id);
      assert.match(property.markdownDescription ?? '', /^%.+%$/, id);
      assert.ok(property.scope, `${id} has no scope`);
      assert.equal(property.enumDescriptions?.length, property.enum?.length, id);
    }
  });

  it('contributes the views of the table, with icons that exist', () => {
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(views.map((view) => view.id), Object.values(viewIds));
    for (const { icon } of [...views, ...contributes.viewsContainers.activitybar]) assert.ok(read(icon ?? '').startsWith('<svg'), icon);
  });

  it('has a walkthrough whose pages exist, and whose steps are completed by what one does', () => {
    for (const { steps } of contributes.walkthroughs) {
      for (const { description, media, completionEvents } of steps) {
        const page = read(strings[media.markdown.slice(1, -1)] ?? '');
        assert.ok(page.length > 100 && page.length < 40_000);
        for (const event of completionEvents) assert.ok((contextIds as readonly string[]).includes(event.replace(/^onContext:/, '')), event);
        for (const [, command = ''] of (strings[description.slice(1, -1)] ?? '').matchAll(/\(command:([\w.]+)/g)) {
          assert.ok((commandIds as readonly string[]).includes(command) || command === `${viewIds.explorer}.focus`, command);
        }
      }
    }
  });

  it('has every string it names, and names every string it has', () => {
    const named = new Set([...read('package.json').matchAll(/%([\w.]+)%/g)].map((match) => match[1]));
    assert.deepEqual([...named].sort(), Object.keys(strings).sort());
  });

  it('keeps l10n/bundle.l10n.json in step with the source', async () => {
    const found = await collectStrings();
    assert.ok(Object.keys(found).length > 50);
    assert.deepEqual(JSON.parse(read('l10n/bundle.l10n.json')), found, 'run npm run l10n');
  });

  it('asks for the VS Code that its types describe', () => {
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });
});

describe('README and docs/reference.md', () => {
  it('has a table of every command of the palette, and of nothing else', () => {
    const rows = reference.split('\n').filter((line) => /^\| (\*\*)?`?Keyspace: /.test(line)).map((line) => (cells(line)[0] ?? '').replace('Keyspace: ', ''));
    const palette = commandIds.filter((id: CommandId) => !rowOnlyCommands.includes(id)).map(titleOf);
    assert.deepEqual(rows.sort(), palette.sort());
  });

  it('has a table of every setting with its default', () => {
    const rows = reference.split('\n').filter((line) => line.startsWith('| `keyspace.')).map((line) => cells(line).slice(0, 2));
    const expected = Object.entries(settingDefaults).map(([id, value]) => [`\`${id}\``, `\`${JSON.stringify(value)}\``]);
    assert.deepEqual(rows.sort(), expected.sort());
  });

  it('gives every dependency its line', () => {
    const described = new Set(readme.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...(cells(line)[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1])));
    for (const name of Object.keys(manifest.devDependencies)) assert.ok(described.has(name), `README says nothing of ${name}`);
  });
});
