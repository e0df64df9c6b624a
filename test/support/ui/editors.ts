import type { Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import type { Prompts } from './prompts.ts';

/** The editors in the middle of the window. */
export interface Editors {
  /** Titles of the open tabs. */
  tabs(): Promise<string[]>;
  /** The lines that the active text editor draws (not those scrolled away), joined by newlines; waits up to 15 s for `containing`. */
  text(containing?: string | RegExp): Promise<string>;
  closeAll(): Promise<void>;
}

export function createEditors(page: Page, prompts: Prompts): Editors {
  const group = page.locator('.editor-group-container.active');
  return {
    tabs: () => page.locator('.tabs-container').getByRole('tab').evaluateAll((tabs: Drawn[]) => tabs.map(tab => tab.getAttribute('data-resource-name') ?? tab.textContent ?? '')),
    async text(containing) {
      const lines = group.locator('.monaco-editor .view-lines').first();
      await lines.waitFor({ timeout: 15_000 });
      // Spaces are drawn as no-break spaces; Playwright's text search treats them alike.
      if (containing !== undefined) await lines.filter({ hasText: containing }).waitFor({ timeout: 15_000 });
      const drawn = await lines.locator('.view-line').evaluateAll((elements: Drawn[]) => elements.map(element => ({ top: Number.parseFloat(element.style.top), text: element.textContent ?? '' })));
      return drawn.sort((a, b) => a.top - b.top).map(({ text }) => text.replaceAll('\u00a0', ' ')).join('\n');
    },
    closeAll: () => prompts.anyCommand('View: Close All Editors'),
  };
}
