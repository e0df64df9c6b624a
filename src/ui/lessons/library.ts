import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { lessons } from '../../core/lessons/index.ts';
import type { Lesson } from '../../core/lessons/lesson.ts';
import { parseProse, type LessonProse } from '../../core/lessons/prose.ts';

/** A lesson with what it says in the language of the window. */
export interface Told {
  readonly lesson: Lesson;
  readonly prose: LessonProse;
}

/** Tells all lessons in the language of the window, or in English where there is no translation. */
export async function readLibrary(extension: vscode.Uri): Promise<readonly Told[]> {
  return Promise.all(lessons.map(async (lesson) => ({ lesson, prose: parseProse(await readProse(extension, lesson.id)) })));
}

/** The lesson of this id. Throws Failure. */
export function lessonOf(library: readonly Told[], id: string): Told {
  const found = library.find(({ lesson }) => lesson.id === id);
  if (found === undefined) throw new Failure('bad-input', vscode.l10n.t('There is no lesson “{0}”.', id));
  return found;
}

async function readProse(extension: vscode.Uri, id: string): Promise<string> {
  const read = async (name: string): Promise<string> => Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, 'media', 'lessons', name))).toString('utf8');
  const language = vscode.env.language.toLowerCase();
  if (!/^en\b/.test(language)) {
    try {
      return await read(`${id}.${language}.md`);
    } catch {
      // Not in this language.
    }
  }
  return await read(`${id}.md`);
}
