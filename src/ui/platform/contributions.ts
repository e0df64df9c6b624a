import type { Uri } from 'vscode';
import type { Row as DifferenceViewRow } from '../compare/differencesView.ts';
import type { Node } from '../explorer/nodes.ts';

/** Key bindings pass this: VS Code tells a command which rows are selected, but not which one has the keyboard's focus. */
export interface FocusedRow {
  readonly row: 'focused';
}

/** How a command of rows of the Differences view is called; from the palette with nothing. */
export type DifferenceCommand = (row?: DifferenceViewRow, selection?: readonly DifferenceViewRow[]) => void;

/** How a command of rows is called: from a menu with the row and the selection, by a key binding, from the palette with nothing. */
export type RowCommand = (row?: Node | FocusedRow, selection?: readonly Node[]) => void;

/** Commands that act on rows. */
export type RowCommandId =
  | 'keyspace.editConnection'
  | 'keyspace.removeConnection'
  | 'keyspace.disconnect'
  | 'keyspace.reconnect'
  | 'keyspace.closeFile'
  | 'keyspace.openTerminal'
  | 'keyspace.closePracticeServer'
  | 'keyspace.resetPractice'
  | 'keyspace.stopPracticeServer'
  | 'keyspace.startPracticeServer'
  | 'keyspace.exposePracticeServer'
  | 'keyspace.stopExposing'
  | 'keyspace.copyAddress'
  | 'keyspace.fillPracticeServer'
  | 'keyspace.troublePracticeServer'
  | 'keyspace.endTrouble'
  | 'keyspace.saveRdb'
  | 'keyspace.cloneDatabase'
  | 'keyspace.compareDatabases'
  | 'keyspace.selectForCompare'
  | 'keyspace.compareWithSelected'
  | 'keyspace.setBaseline'
  | 'keyspace.showChanges'
  | 'keyspace.refreshChanges'
  | 'keyspace.clearBaseline'
  | 'keyspace.replicateDatabase'
  | 'keyspace.liberateReplica'
  | 'keyspace.loadMore'
  | 'keyspace.stopLoading'
  | 'keyspace.scanEverything'
  | 'keyspace.refresh'
  | 'keyspace.filterKeys'
  | 'keyspace.clearFilter'
  | 'keyspace.searchAsPattern'
  | 'keyspace.copyName'
  | 'keyspace.openValue'
  | 'keyspace.previewValue'
  | 'keyspace.newKey'
  | 'keyspace.editValue'
  | 'keyspace.addMember'
  | 'keyspace.renameKey'
  | 'keyspace.delete'
  | 'keyspace.setTimeToLive';

/** A lesson, or one of its steps. */
export interface LessonRow {
  readonly lesson: string;
  readonly step?: string;
}

/**
 * Every command and what it may be called with. `test/manifest` holds package.json and README to this table.
 */
export type CommandTable = { readonly [Id in RowCommandId]: RowCommand } & {
  readonly 'keyspace.addConnection': () => void;
  readonly 'keyspace.showCommandLog': () => void;
  readonly 'keyspace.sortKeys': () => void;
  readonly 'keyspace.showNextPart': () => void;
  readonly 'keyspace.showPreviousPart': () => void;
  /** A menu of files gives the file and the selection. */
  readonly 'keyspace.openFile': (file?: Uri, selected?: readonly Uri[]) => void;
  readonly 'keyspace.openScratchCopy': (file?: Uri, selected?: readonly Uri[]) => void;
  readonly 'keyspace.newPracticeServer': () => void;
  readonly 'keyspace.getStarted': () => void;
  readonly 'keyspace.hideGetStarted': () => void;
  /** A click on a row of the Lessons view. */
  readonly 'keyspace.openLesson': (row?: LessonRow) => void;
  /** The status bar of a cell gives its place; the toolbar something of its own. */
  readonly 'keyspace.checkStep': (at?: { readonly lesson: string; readonly cell: number }) => void;
  /** A button of a lesson's cell: the command of the extension that its step is done with. */
  readonly 'keyspace.startFromLesson': (at: { readonly lesson: string; readonly step: string }) => void;
  readonly 'keyspace.resetLesson': (row?: LessonRow) => void;
  readonly 'keyspace.nextLesson': () => void;
  readonly 'keyspace.resumeClone': () => void;
  readonly 'keyspace.verifyClone': () => void;
  readonly 'keyspace.runScript': () => void;
  /** A lens gives the place of its command. */
  readonly 'keyspace.runSelection': (at?: number) => void;
  readonly 'keyspace.chooseScriptConnection': () => void;
  readonly 'keyspace.compareAgain': () => void;
  readonly 'keyspace.closeComparison': () => void;
  readonly 'keyspace.copyToOther': DifferenceCommand;
  readonly 'keyspace.copyToOriginal': DifferenceCommand;
  readonly 'keyspace.copyAllChanges': () => void;
  /** A click on a row of the Differences view. */
  readonly 'keyspace.openDifference': (row?: DifferenceViewRow) => void;
};
export type CommandId = keyof CommandTable;

/** Built this way so that a command without a line here does not compile. */
const commands: { readonly [Id in CommandId]: null } = {
  'keyspace.addConnection': null,
  'keyspace.editConnection': null,
  'keyspace.removeConnection': null,
  'keyspace.openFile': null,
  'keyspace.openScratchCopy': null,
  'keyspace.closeFile': null,
  'keyspace.openTerminal': null,
  'keyspace.closePracticeServer': null,
  'keyspace.newPracticeServer': null,
  'keyspace.stopPracticeServer': null,
  'keyspace.startPracticeServer': null,
  'keyspace.exposePracticeServer': null,
  'keyspace.stopExposing': null,
  'keyspace.copyAddress': null,
  'keyspace.fillPracticeServer': null,
  'keyspace.troublePracticeServer': null,
  'keyspace.endTrouble': null,
  'keyspace.runScript': null,
  'keyspace.runSelection': null,
  'keyspace.chooseScriptConnection': null,
  'keyspace.getStarted': null,
  'keyspace.hideGetStarted': null,
  'keyspace.openLesson': null,
  'keyspace.checkStep': null,
  'keyspace.startFromLesson': null,
  'keyspace.resetLesson': null,
  'keyspace.nextLesson': null,
  'keyspace.saveRdb': null,
  'keyspace.cloneDatabase': null,
  'keyspace.resumeClone': null,
  'keyspace.verifyClone': null,
  'keyspace.compareDatabases': null,
  'keyspace.selectForCompare': null,
  'keyspace.compareWithSelected': null,
  'keyspace.setBaseline': null,
  'keyspace.showChanges': null,
  'keyspace.refreshChanges': null,
  'keyspace.clearBaseline': null,
  'keyspace.copyToOther': null,
  'keyspace.copyToOriginal': null,
  'keyspace.copyAllChanges': null,
  'keyspace.compareAgain': null,
  'keyspace.closeComparison': null,
  'keyspace.openDifference': null,
  'keyspace.replicateDatabase': null,
  'keyspace.liberateReplica': null,
  'keyspace.disconnect': null,
  'keyspace.reconnect': null,
  'keyspace.showCommandLog': null,
  'keyspace.loadMore': null,
  'keyspace.stopLoading': null,
  'keyspace.scanEverything': null,
  'keyspace.refresh': null,
  'keyspace.filterKeys': null,
  'keyspace.clearFilter': null,
  'keyspace.searchAsPattern': null,
  'keyspace.sortKeys': null,
  'keyspace.copyName': null,
  'keyspace.openValue': null,
  'keyspace.previewValue': null,
  'keyspace.showNextPart': null,
  'keyspace.showPreviousPart': null,
  'keyspace.newKey': null,
  'keyspace.editValue': null,
  'keyspace.addMember': null,
  'keyspace.renameKey': null,
  'keyspace.delete': null,
  'keyspace.setTimeToLive': null,
  'keyspace.resetPractice': null,
};
export const commandIds = Object.keys(commands) as readonly CommandId[];

/** Commands that only a row can start; the palette hides them. */
export const rowOnlyCommands: readonly CommandId[] = ['keyspace.searchAsPattern', 'keyspace.stopLoading', 'keyspace.previewValue', 'keyspace.openDifference', 'keyspace.startFromLesson', 'keyspace.hideGetStarted'];

/** How rows are ordered by name. */
export type SortOrder = 'ascending' | 'descending';
/** What a key's row shows: its last segment, or its whole name. */
export type KeyLabel = 'segment' | 'name';

/** Every setting with its default. */
export interface SettingTable {
  'keyspace.scan.pageSize': number;
  'keyspace.scan.budget': number;
  'keyspace.scan.maxCount': number;
  'keyspace.explorer.delimiter': string;
  'keyspace.explorer.showEmptyDatabases': boolean;
  'keyspace.explorer.sortOrder': SortOrder;
  'keyspace.explorer.keyLabel': KeyLabel;
  'keyspace.practice.show': boolean;
  'keyspace.practice.maxMemory': string;
}
export type SettingId = keyof SettingTable;

export const settingDefaults: SettingTable = {
  'keyspace.scan.pageSize': 500,
  'keyspace.scan.budget': 1000,
  'keyspace.scan.maxCount': 10_000,
  'keyspace.explorer.delimiter': ':',
  'keyspace.explorer.showEmptyDatabases': false,
  'keyspace.explorer.sortOrder': 'ascending',
  'keyspace.explorer.keyLabel': 'segment',
  'keyspace.practice.show': true,
  'keyspace.practice.maxMemory': '1 GB',
};

/** Context keys that `when` clauses may name. */
export interface ContextTable {
  /** Some database has a filter. */
  'keyspace.filtered': boolean;
  /** Two databases were compared. */
  'keyspace.compared': boolean;
  /** A row was selected for a comparison. */
  'keyspace.selectedForCompare': boolean;
  /** Some connection follows another one. */
  'keyspace.replicating': boolean;
  /** Steps of the walkthrough: true for a moment only (`walkthrough/memory.ts`). */
  'keyspace.did.browse': boolean;
  'keyspace.did.lesson': boolean;
  'keyspace.did.clone': boolean;
  'keyspace.did.replicate': boolean;
  'keyspace.did.connect': boolean;
  /** The value document in front is one part of a longer value; it has one after, or before, it. */
  'keyspace.hasParts': boolean;
  'keyspace.hasNextPart': boolean;
  'keyspace.hasPreviousPart': boolean;
}
export type ContextId = keyof ContextTable;
const contexts: { readonly [Id in ContextId]: null } = {
  'keyspace.filtered': null,
  'keyspace.compared': null,
  'keyspace.selectedForCompare': null,
  'keyspace.replicating': null,
  'keyspace.did.browse': null,
  'keyspace.did.lesson': null,
  'keyspace.did.clone': null,
  'keyspace.did.replicate': null,
  'keyspace.did.connect': null,
  'keyspace.hasParts': null,
  'keyspace.hasNextPart': null,
  'keyspace.hasPreviousPart': null,
};
/** What the walkthrough asks for: a database was unfolded, a step of a lesson done, a database cloned, one made to follow, a server of one's own reached. */
export const walkthroughSteps = ['browse', 'lesson', 'clone', 'replicate', 'connect'] as const;
export type WalkthroughStep = (typeof walkthroughSteps)[number];

export const contextIds = Object.keys(contexts) as readonly ContextId[];

/** View ids. */
export const viewIds = { explorer: 'keyspace.explorer', differences: 'keyspace.differences', lessons: 'keyspace.lessons' } as const;

/** The editors that VS Code may open files with. */
export const editorIds = { file: 'keyspace.file' } as const;

/** Notebooks. */
export const notebookIds = { lesson: 'keyspace-lesson' } as const;

/** Id and instance of the practice server that is always there. */
export const builtInPractice = 'practice';

/** The scheme of value documents. */
export const valueScheme = 'keyspace';
/** The scheme of lessons' pages. */
export const lessonScheme = 'keyspace-lesson';
/** The scheme of reports. */
export const reportScheme = 'keyspace-report';

/** What a row offers, as words in its context value after its kind; `when` clauses test them as `viewItem =~ /\bword\b/`. */
export const rowAbilities = ['paged', 'scannable', 'filtered', 'named', 'openable', 'writable', 'editable', 'collection', 'practice', 'opened', 'stopped', 'exposed', 'troubled', 'saved', 'file', 'replica', 'loading', 'baseline', 'dismissible'] as const;
export type RowAbility = (typeof rowAbilities)[number];

/** The kinds of rows, the first word of a context value. */
export const rowKinds = ['connection', 'database', 'namespace', 'key', 'member', 'range', 'more', 'notice'] as const satisfies readonly Node['kind'][];

/** Context values of the Differences view: the kind of a row, then the sides that may be written. */
export const differenceWords = ['group', 'difference', 'original', 'other'] as const;
