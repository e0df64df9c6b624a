import assert from 'node:assert/strict';
import { useWindow } from '../support/ui/window.ts';

describe('the window', () => {
  const vscode = useWindow();

  it('shows the practice connection, and opens it with the mouse', async () => {
    await vscode.tree.open();
    await vscode.tree.expand('Practice');
    const rows = await vscode.tree.children('Practice');
    assert.ok(rows.some(({ label }) => label === 'Database 0'), rows.map(({ text }) => text).join('\n'));
    await vscode.screenshot('smoke');
  });

  it('opens and closes it with the keyboard', async () => {
    await vscode.tree.collapse('Practice', 'keyboard');
    assert.equal((await vscode.tree.row('Practice')).expanded, false);
    await vscode.tree.expand('Practice', 'keyboard');
    assert.equal((await vscode.tree.focused())?.label, 'Practice');
  });

  it('has the commands in the palette', async () => {
    await vscode.prompts.command('Add Connection…');
    await vscode.prompts.dismiss();
  });
});
