import assert from 'node:assert/strict';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

/** The row that pages, also while it does. */
const pages = (label: string): boolean => label === 'Load More' || label === 'Loading…';
/** Rows under a namespace that are keys or members. */
const countRows = (rows: readonly { readonly label: string }[]): number => rows.filter(({ label }) => !pages(label)).length;

describe('browsing in a real window', () => {
  // Small pages, so that a test can look at all rows; a small budget, so that one page never scans everything.
  const vscode = useWindow({ settings: { 'keyspace.scan.pageSize': 50, 'keyspace.scan.budget': 50, 'keyspace.scan.maxCount': 100 } });
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer();
    // 100,000 keys: three namespaces, flat ones, awkward ones, and a hash of 50,000 fields.
    await server.cli('DEBUG', 'POPULATE', '60000', 'user');
    await server.cli('DEBUG', 'POPULATE', '30000', 'order:line');
    await server.cli('DEBUG', 'POPULATE', '9990', 'cache');
    await server.cli('EVAL', "for i = 1, 50000 do redis.call('HSET', KEYS[1], 'field-' .. i, 'value ' .. i) end", '1', 'big');
    await server.cli('SET', 'greeting', '{"hello":"world","id":12345678901234567890}');
    await server.cli('SET', 'cache', 'a key that is also a namespace');
    await server.cli('SET', '**bold** [x](command:evil) `code`', 'markdown');
    await server.cli('SET', 'a::b', 'an empty segment');
    await server.cli('RPUSH', 'queue', 'one', 'two', 'three');
    await server.cli('SADD', 'tags', 'red', 'green');
    await server.cli('ZADD', 'board', '1.50', 'ann', '-inf', 'bob');
    await server.cli('XADD', 'events', '1-1', 'kind', 'start');
    await server.cli('SET', 'fleeting', 'x', 'EX', '5000');
  });
  after(() => server.stop());

  const database = ['Local', 'Database 0'];

  it('adds a connection by its URL, tested before it is saved', async () => {
    await vscode.tree.open();
    await vscode.tree.titleAction('Add Connection');
    await vscode.prompts.input(`redis://127.0.0.1:${server.port}`, /URL/);
    await vscode.prompts.input('', /Password/);
    await vscode.prompts.input('Local', /name for the tree/);
    await vscode.prompts.pick(/^Read and write/);
    await until(async () => (await vscode.tree.row('Local')).expanded === true, 15_000);
    assert.match((await vscode.tree.row(database)).text, /100,000 keys/);
  });

  it('says what is wrong with a URL while it is typed', async () => {
    await vscode.prompts.command('Add Connection…');
    await vscode.prompts.type('http://nowhere');
    await until(async () => /redis:/.test(await vscode.prompts.inputMessage()), 5000);
    await vscode.prompts.dismiss();
  });

  it('expands a database into namespaces and keys, honest about what it has not seen', async () => {
    await vscode.tree.expand(database, 'keyboard');
    await until(async () => await vscode.tree.has([...database, 'user']), 15_000);
    await vscode.screenshot('database');
    const row = await vscode.tree.row([...database, 'user']);
    assert.match(row.text, /\d\+$/, 'a namespace that is not scanned to its end is marked');
  });

  it('loads more by click, by Enter, from the palette and by its icon; focus goes to the first new row', async () => {
    const user = [...database, 'user'];
    await vscode.tree.expand(user);
    const more = [...user, 'Load More'];
    let shown = countRows(await vscode.tree.children(user));
    const grown = async (): Promise<void> => {
      await until(async () => {
        const focused = await vscode.tree.focused();
        return focused?.level === 4 && !pages(focused.label);
      }, 15_000);
      const before = shown;
      shown = countRows(await vscode.tree.children(user));
      assert.equal(shown, before + 50);
    };
    await vscode.tree.click(more);
    await grown();
    // End is the database's own Load More; the namespace's is a few rows above.
    await vscode.tree.press('End');
    await until(async () => {
      await vscode.tree.press('ArrowUp');
      const focused = await vscode.tree.focused();
      return focused?.label === 'Load More' && focused.level === 4;
    }, 15_000);
    await vscode.tree.press('Enter');
    await grown();
    await vscode.prompts.command('Load More');
    await grown();
    await vscode.tree.inlineAction(more, /Load More/);
    await grown();
    assert.ok(shown === 250, String(shown));
    const labels = (await vscode.tree.children(user)).map(({ label }) => label);
    assert.equal(new Set(labels).size, labels.length, 'no key is shown twice');
    await vscode.tree.collapse(user);
  });

  it('scans everything with a progress that ends, and then knows the totals', async () => {
    await vscode.tree.inlineAction(database, /Scan Everything/);
    await until(async () => /60,000$/.test((await vscode.tree.row([...database, 'user'])).text), 30_000);
    assert.match((await vscode.tree.row([...database, 'order'])).text, /30,000$/);
    await vscode.screenshot('scanned');
  });

  it('shows markdown, empty segments and a key that is also a namespace as what they are', async () => {
    await vscode.tree.collapse([...database, 'user']);
    const rows = await vscode.tree.children(database);
    const labels = rows.map(({ label }) => label);
    assert.equal(labels.filter((label) => label === 'cache').length, 2, labels.join('\n'));
    assert.ok(labels.includes('**bold** [x](command'), labels.join('\n'));
    await vscode.tree.expand([...database, 'a']);
    await vscode.tree.expand([...database, 'a', '(empty)']);
    assert.equal((await vscode.tree.row([...database, 'a', '(empty)', 'b'])).text, 'b string');
  });

  it('shows the members of every type', async () => {
    await vscode.tree.expand([...database, 'queue']);
    assert.deepEqual((await vscode.tree.children([...database, 'queue'])).map(({ text }) => text), ['0 one', '1 two', '2 three']);
    await vscode.tree.expand([...database, 'board']);
    assert.deepEqual((await vscode.tree.children([...database, 'board'])).map(({ text }) => text).sort(), ['ann 1.5', 'bob -inf']);
    await vscode.tree.expand([...database, 'tags']);
    assert.deepEqual((await vscode.tree.children([...database, 'tags'])).map(({ label }) => label).sort(), ['green', 'red']);
    await vscode.tree.expand([...database, 'events']);
    assert.deepEqual((await vscode.tree.children([...database, 'events'])).map(({ text }) => text), ['1-1 kind: start']);
  });

  it('says type, time to live and size when a key is hovered', async () => {
    const tooltip = await vscode.tree.tooltip([...database, 'fleeting']);
    assert.match(tooltip, /Time to live: 1 h/);
    assert.match(tooltip, /Type: string/);
  });

  it('expands a hash of 50,000 fields and loads more', async () => {
    const big = [...database, 'big'];
    await vscode.tree.expand(big, 'keyboard');
    const first = countRows(await vscode.tree.children(big));
    assert.ok(first >= 50, String(first));
    await vscode.tree.click([...big, 'Load More']);
    await until(async () => countRows(await vscode.tree.children(big)) >= first + 50, 15_000);
    await vscode.screenshot('hash');
    await vscode.tree.collapse(big);
  });

  it('opens a value as it is stored, and shows the change after an edit', async () => {
    await vscode.tree.click([...database, 'greeting']);
    assert.equal(await vscode.editors.text('hello'), '{"hello":"world","id":12345678901234567890}');
    await vscode.screenshot('value');
    // The row keeps the keyboard, so that its keys work after a click.
    await vscode.page.locator('.part.sidebar [role=tree]:focus').waitFor();
    await vscode.page.keyboard.press('F2');
    await vscode.prompts.input('greeting', /new name/);
    await vscode.tree.menu([...database, 'greeting'], /^Edit Value/);
    await vscode.prompts.input('{"hello":"there"}', /new value/);
    await vscode.editors.text('there');
    assert.equal(await server.cli('GET', 'greeting'), '{"hello":"there"}');
    await vscode.editors.closeAll();
  });

  it('edits, adds and deletes a field', async () => {
    await server.cli('HSET', 'small', 'f', 'old');
    await vscode.prompts.command('Refresh');
    await vscode.tree.expand([...database, 'small']);
    await vscode.tree.menu([...database, 'small', 'f'], /^Edit Value/);
    await vscode.prompts.input('new', /field/);
    await until(async () => (await vscode.tree.row([...database, 'small', 'f'])).text === 'f new', 15_000);
    await vscode.tree.menu([...database, 'small'], /^Add Member/);
    await vscode.prompts.input('g', /Field/);
    await vscode.prompts.input('second', /Value/);
    await vscode.tree.row([...database, 'small', 'g']);
    assert.equal(await server.cli('HGET', 'small', 'g'), 'second');
    await vscode.tree.focus([...database, 'small', 'f']);
    await vscode.tree.press('Delete');
    assert.match(await vscode.prompts.answer('Delete'), /small.*f|f.*small/s);
    await until(async () => !(await vscode.tree.has([...database, 'small', 'f'])), 15_000);
    assert.equal(await server.cli('HEXISTS', 'small', 'f'), '0');
  });

  it('makes, renames and deletes a key, asking before it destroys', async () => {
    await vscode.tree.menu(database, /^New Key/);
    await vscode.prompts.input('fresh:key', /name of the key/);
    await vscode.prompts.pick(/^string/);
    await vscode.prompts.input('hello', /Value/);
    // It is shown, and has the focus.
    await until(async () => (await vscode.tree.focused())?.label === 'key', 15_000);
    await vscode.tree.press('F2');
    await vscode.prompts.input('fresh:renamed', /new name/);
    await vscode.tree.row([...database, 'fresh', 'renamed']);
    assert.equal(await server.cli('GET', 'fresh:renamed'), 'hello');
    await until(async () => (await vscode.tree.focused())?.label === 'renamed', 15_000);
    await vscode.tree.press('Delete');
    const question = await vscode.prompts.answer('Delete');
    assert.match(question, /fresh:renamed/);
    // The namespace goes with its last key.
    await until(async () => !(await vscode.tree.has([...database, 'fresh'])), 15_000);
    assert.equal(await server.cli('EXISTS', 'fresh:renamed'), '0');
  });

  it('shows the time to live before it changes it, and takes it away only for the word', async () => {
    const fleeting = [...database, 'fleeting'];
    await vscode.tree.menu(fleeting, /^Set Time to Live/);
    await until(async () => Number(await vscode.page.locator('.quick-input-widget input.input').inputValue()) > 4000, 5000);
    await vscode.prompts.input('', /Seconds from now/);
    await until(async () => /above 0/.test(await vscode.prompts.inputMessage()), 5000);
    await vscode.prompts.input('90');
    await until(async () => Number(await server.cli('TTL', 'fleeting')) <= 90, 5000);
    await vscode.tree.menu(fleeting, /^Set Time to Live/);
    await vscode.prompts.input('never', /Seconds from now/);
    await until(async () => (await server.cli('TTL', 'fleeting')) === '-1', 5000);
  });

  it('refuses a name that is taken before anything else is asked', async () => {
    await vscode.tree.menu(database, /^New Key/);
    await vscode.prompts.input('greeting', /name of the key/);
    await until(async () => /exists already/.test(await vscode.prompts.inputMessage()), 5000);
    await vscode.prompts.dismiss();
  });

  it('filters by pattern, says so, and clears the filter', async () => {
    await vscode.tree.inlineAction(database, /Filter Keys/);
    await vscode.prompts.input('order:line:1234*', /pattern/);
    await vscode.prompts.pick(/^Any type/);
    await until(async () => /order:line:1234\*/.test(await vscode.tree.message()), 5000);
    await vscode.tree.inlineAction(database, /Scan Everything/);
    await until(async () => /11 found/.test((await vscode.tree.row(database)).text), 15_000);
    await vscode.tree.expand(database);
    await vscode.tree.expand([...database, 'order']);
    await vscode.tree.expand([...database, 'order', 'line']);
    const found = (await vscode.tree.children([...database, 'order', 'line'])).map(({ label }) => label).filter((label) => label !== 'Load More');
    assert.deepEqual(found.sort(), ['1234', ...Array.from({ length: 10 }, (_, digit) => `1234${digit}`)].sort());
    await vscode.screenshot('filtered');
    await vscode.tree.titleAction('Clear Filter');
    await until(async () => (await vscode.tree.message()) === '', 5000);
  });

  it('looks an exact name up, and offers to search for what contains it', async () => {
    await vscode.tree.inlineAction(database, /Filter Keys/);
    await vscode.prompts.input('reetin', /pattern/);
    await vscode.prompts.pick(/^Any type/);
    await vscode.tree.expand(database);
    await vscode.tree.click([...database, /No key is named reetin/]);
    await until(async () => /\*reetin\*/.test(await vscode.tree.message()), 5000);
    await vscode.tree.inlineAction(database, /Scan Everything/);
    await until(async () => await vscode.tree.has([...database, 'greeting']), 15_000);
    await vscode.tree.titleAction('Clear Filter');
  });

  it('turns a server that has gone into a row that says what to do', async () => {
    await server.kill();
    await vscode.tree.focus('Local');
    await vscode.tree.press('F5');
    await until(async () => await vscode.tree.has(['Local', /nothing|refused|listen/i]), 15_000);
    await vscode.screenshot('refused');
    await server.restart();
    await vscode.tree.click(['Local', /nothing|refused|listen/i]);
    await until(async () => await vscode.tree.has(database), 15_000);
  });
});

describe('the practice connection in a real window', () => {
  const vscode = useWindow({ settings: { 'keyspace.scan.pageSize': 50 } });
  const database = ['Practice', 'Database 0'];

  it('pages, opens, edits and filters with no server at all', async () => {
    await vscode.tree.open();
    await vscode.tree.expand('Practice');
    await vscode.tree.expand(database);
    await vscode.screenshot('practice');
    const customers = [...database, 'customer'];
    await vscode.tree.expand(customers);
    const first = countRows(await vscode.tree.children(customers));
    await vscode.tree.click([...customers, 'Load More']);
    await until(async () => countRows(await vscode.tree.children(customers)) > first, 15_000);
    await vscode.tree.collapse(customers);
    await vscode.tree.inlineAction(database, /Scan Everything/);
    const prices = [...database, 'catalogue', 'prices'];
    await vscode.tree.expand([...database, 'catalogue']);
    await vscode.tree.expand(prices);
    const fields = countRows(await vscode.tree.children(prices));
    await vscode.tree.click([...prices, 'Load More']);
    await until(async () => countRows(await vscode.tree.children(prices)) >= fields + 50, 15_000);
    await vscode.tree.collapse(prices);
  });

  it('opens and edits a value', async () => {
    await vscode.tree.collapse([...database, 'catalogue']);
    await vscode.tree.expand([...database, 'bestsellers']);
    await vscode.tree.expand([...database, 'shop']);
    await vscode.tree.click([...database, 'shop', 'config']);
    await vscode.editors.text('currency');
    await vscode.tree.click([...database, 'shop', 'opened']);
    assert.equal(await vscode.editors.text('2019'), '2019');
    await vscode.tree.menu([...database, 'shop', 'opened'], /^Edit Value/);
    await vscode.prompts.input('2020', /new value/);
    await vscode.editors.text('2020');
  });

  it('filters', async () => {
    await vscode.tree.inlineAction(database, /Filter Keys/);
    await vscode.prompts.input('index:*', /pattern/);
    await vscode.prompts.pick(/^set/);
    await until(async () => /index:\*, only set/.test(await vscode.tree.message()), 5000);
    await vscode.tree.expand(database);
    await until(async () => (await vscode.tree.children(database)).length === 1, 15_000);
    assert.equal((await vscode.tree.children(database))[0]?.label, 'index');
  });
});
