import * as vscode from 'vscode';
import { createDisposables } from '../platform/disposables.ts';
import { lessonScheme, notebookIds } from '../platform/contributions.ts';
import type { Told } from './library.ts';

/** What a cell of a lesson's page knows: the step it belongs to (commands only), and its server. */
export interface CellPlace {
  readonly step?: string;
  readonly server?: string;
}

interface SavedCell extends CellPlace {
  readonly kind: 'text' | 'commands';
  readonly text: string;
}

const savedKey = 'keyspace.lessons.pages';

/** The pages of lessons: notebooks, of which what the learner wrote in the cells is kept. */
export interface Pages extends vscode.Disposable {
  uri(told: Told): vscode.Uri;
  /** The cells as they are at the beginning. */
  fresh(told: Told): vscode.NotebookCellData[];
}

/** The lesson's id of a page. */
export function lessonIdOf(notebook: vscode.NotebookDocument): string {
  return lessonIdOfUri(notebook.uri);
}

/** The same of its address; '' for a file that somebody has saved or sent. */
export function lessonIdOfUri({ scheme, path }: vscode.Uri): string {
  return scheme === lessonScheme ? path.split('/')[1] ?? '' : '';
}

/** Ids of lessons whose pages have a tab. */
export function openLessons(): ReadonlySet<string> {
  const inputs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
  return new Set(inputs.flatMap((input) => (input instanceof vscode.TabInputNotebook && input.notebookType === notebookIds.lesson ? [lessonIdOfUri(input.uri)] : [])));
}

/** The place of a cell; cells that the learner added belong to the step before them. */
export function placeOf(cell: vscode.NotebookCell): CellPlace {
  for (let at = cell.index; at >= 0; at -= 1) {
    const { metadata } = cell.notebook.cellAt(at) as { metadata: CellPlace };
    if (metadata.step !== undefined) return metadata;
  }
  return {};
}

/** Makes the pages known to VS Code. */
export function createPages(context: vscode.ExtensionContext, library: () => Promise<readonly Told[]>): Pages {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  // What is kept is of one version in one language: the prose is kept with it.
  const keyOf = (uri: vscode.Uri): string => `${uri.path}@${String((context.extension.packageJSON as { version: string }).version)}`;
  const saved = (): Readonly<Record<string, string>> => context.globalState.get(savedKey, {});
  const mtimes = new Map<string, number>();
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const contentOf = async (uri: vscode.Uri): Promise<Uint8Array> => {
    const kept = saved()[keyOf(uri)];
    if (kept !== undefined && readCells(kept) !== undefined) return Buffer.from(kept);
    const told = (await library()).find(({ lesson }) => lesson.id === uri.path.split('/')[1]);
    if (told === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return Buffer.from(JSON.stringify(cellsOf(told)));
  };
  const disposables = createDisposables(
    changed,
    vscode.workspace.registerFileSystemProvider(lessonScheme, {
      onDidChangeFile: changed.event,
      watch: () => new vscode.Disposable(() => undefined),
      stat: async (uri) => ({ type: vscode.FileType.File, ctime: 0, mtime: mtimes.get(uri.path) ?? 0, size: (await contentOf(uri)).length }),
      readFile: contentOf,
      async writeFile(uri, content) {
        mtimes.set(uri.path, (mtimes.get(uri.path) ?? 0) + 1);
        await context.globalState.update(savedKey, { ...saved(), [keyOf(uri)]: Buffer.from(content).toString('utf8') });
        changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      },
      readDirectory: refuse,
      createDirectory: refuse,
      delete: refuse,
      rename: refuse,
    }, { isCaseSensitive: true }),
    vscode.workspace.registerNotebookSerializer(notebookIds.lesson, {
      deserializeNotebook(content) {
        const cells = readCells(Buffer.from(content).toString('utf8'));
        if (cells === undefined) throw new Error(vscode.l10n.t('This file is not a page of a lesson.'));
        return new vscode.NotebookData(cells.map(cellData));
      },
      serializeNotebook: ({ cells }) => Buffer.from(JSON.stringify(cells.map((cell): SavedCell => ({
        ...(cell.metadata as CellPlace | undefined), kind: cell.kind === vscode.NotebookCellKind.Markup ? 'text' : 'commands', text: cell.value,
      })))),
    }, { transientOutputs: true }),
  );
  return {
    uri: ({ lesson, prose }) => vscode.Uri.from({ scheme: lessonScheme, path: `/${lesson.id}/${prose.title.replaceAll(/[/\\]/g, ' ')}.keyspace-lesson` }),
    fresh: (told) => cellsOf(told).map(cellData),
    dispose: () => void disposables.dispose(),
  };
}

/** The page of a lesson, if it is open. */
export function openPage(id: string): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.notebookType === notebookIds.lesson && !notebook.isClosed && lessonIdOf(notebook) === id);
}

function cellsOf({ prose }: Told): readonly SavedCell[] {
  const cells: SavedCell[] = [{ kind: 'text', text: prose.opening }];
  for (const { id, parts } of prose.steps) {
    for (const part of parts) {
      cells.push(part.kind === 'text'
        ? { kind: 'text', text: part.markdown, step: id }
        : { kind: 'commands', text: part.text, step: id, ...(part.server === undefined ? {} : { server: part.server }) });
    }
  }
  return cells;
}

/** The cells of a page, which anybody may have written; undefined where it is none. */
function readCells(text: string): readonly SavedCell[] | undefined {
  let found: unknown;
  try {
    found = text === '' ? [] : JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(found)) return undefined;
  const cells = (found as readonly ({ readonly [Field in keyof SavedCell]?: unknown } | null)[]).map((cell): SavedCell | undefined => {
    const { kind, text: said, step, server } = cell ?? {};
    if ((kind !== 'text' && kind !== 'commands') || typeof said !== 'string') return undefined;
    return { kind, text: said, ...(typeof step === 'string' ? { step } : {}), ...(typeof server === 'string' ? { server } : {}) };
  });
  return cells.every((cell) => cell !== undefined) ? cells : undefined;
}

function cellData({ kind, text, ...place }: SavedCell): vscode.NotebookCellData {
  const cell = kind === 'text'
    ? new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, 'markdown')
    : new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'redis');
  cell.metadata = place;
  return cell;
}

