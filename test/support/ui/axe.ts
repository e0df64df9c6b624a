import axe from 'axe-core';
import type { Frame } from 'playwright-core';

interface Found {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[];
  readonly passes: readonly { readonly id: string }[];
}

const rules = {
  // Of whole pages, which are VS Code's.
  region: { enabled: false },
  // VS Code draws a row's label and description without a space between them, which no name that is read aloud has.
  'label-content-name-mismatch': { enabled: false },
};

/**
 * What axe-core finds wrong with the elements that match, a line for each; all its rules but two.
 * Fails if it found nothing to look at.
 */
export async function violations(frame: Frame, selector: string): Promise<string[]> {
  await frame.evaluate(axe.source);
  const { violations: found, passes } = await frame.evaluate(async (include): Promise<Found> => {
    const { axe: run } = globalThis as unknown as { axe: { run(context: object, options: object): Promise<Found> } };
    return await run.run({ include: [include.selector] }, { resultTypes: ['violations'], rules: include.rules });
  }, { selector, rules });
  if (found.length + passes.length === 0) throw new Error(`axe-core had nothing to look at in ${selector}`);
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html}\n${failureSummary ?? ''}`));
}
