import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { services } from './services.ts';

describe('lesson pages from a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyspace-pages-'));
  after(() => rmSync(folder, { recursive: true }));
  const open = (name: string, content: string): Thenable<vscode.NotebookDocument> => {
    writeFileSync(join(folder, `${name}.keyspace-lesson`), content);
    return vscode.workspace.openNotebookDocument(vscode.Uri.file(join(folder, `${name}.keyspace-lesson`)));
  };

  it('are read as far as they are pages, and run nothing', async () => {
    const { lessonServers } = await services();
    const before = lessonServers.list().length;
    const notebook = await open('sent', JSON.stringify([
      { kind: 'commands', text: 'FLUSHALL', step: 'constructor', server: 'desk', lesson: 'scan' }, { kind: 'text', text: '[x](command:keyspace.flushDatabase)' }, { kind: 'text', text: 'a', step: {}, server: 5 },
    ]));
    assert.deepEqual(notebook.getCells().map(({ document, metadata }) => [document.getText(), metadata]), [
      ['FLUSHALL', { step: 'constructor', server: 'desk' }], ['[x](command:keyspace.flushDatabase)', {}], ['a', {}],
    ]);
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand('notebook.selectKernel', { id: 'keyspace-lesson-server', extension: 'keyspace.keyspace' }).then(undefined, () => undefined);
    assert.equal(lessonServers.list().length, before);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('are refused where they are none: nothing is written over what they are', async () => {
    assert.equal((await open('new', '')).cellCount, 0);
    for (const [at, content] of ['not JSON', '{}', 'null', '[null]', '[{"kind":"output","text":"a"}]', '[{"kind":"text","text":5}]'].entries()) {
      await assert.rejects(async () => open(`none-${String(at)}`, content), /not a page of a lesson/, content);
    }
  });
});
