import * as vscode from 'vscode';
import { displayName, parseName } from '../../core/keyspace/display.ts';
import { messageOf } from '../platform/errors.ts';
import { joinSentences } from '../platform/sentences.ts';
import { askText, mapAnswer, type StepFrame, type StepResult } from '../platform/steps.ts';

/** A single line of text that an input box can hold as it is; anything else is shown with escapes. */
function isPlain(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return displayName(bytes) === text.replaceAll('\\', '\\\\') && Buffer.from(text).equals(bytes);
}

interface TextForm {
  readonly text: string;
  readonly hint: string;
  parse(text: string): Buffer;
}

function formOf(bytes: Buffer): TextForm {
  if (isPlain(bytes)) return { text: bytes.toString('utf8'), hint: '', parse: (text) => Buffer.from(text) };
  return { text: displayName(bytes), hint: vscode.l10n.t('Written with escapes: \\n, \\xNN, and \\\\ for a backslash.'), parse: parseName };
}

function problemOf(form: TextForm, text: string, allowEmpty: boolean): string | undefined {
  try {
    return form.parse(text).length === 0 && !allowEmpty ? vscode.l10n.t('Enter a name.') : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Asks for bytes, starting from `value`: as plain text where an input box can hold it, else with escapes, so that nothing is lost. */
export async function askBytes(options: { readonly title: string; readonly prompt: string; readonly value: Buffer; readonly isName?: boolean }): Promise<Buffer | undefined> {
  const form = formOf(options.value);
  const text = await vscode.window.showInputBox({
    title: options.title,
    prompt: joinSentences([options.prompt, form.hint].filter((part) => part !== '')),
    value: form.text,
    ignoreFocusOut: true,
    validateInput: (input) => problemOf(form, input, options.isName !== true),
  });
  return text === undefined ? undefined : form.parse(text);
}

/** The same question as a step of a dialogue. */
export function bytesStep<Draft>(frame: StepFrame, prompt: string, value: Buffer, complete: (bytes: Buffer) => Draft): Promise<StepResult<Draft>> {
  const form = formOf(value);
  return mapAnswer(
    askText(frame, { prompt: joinSentences([prompt, form.hint].filter((part) => part !== '')), value: form.text, validate: (text) => problemOf(form, text, true) }),
    (text) => complete(form.parse(text)),
  );
}
