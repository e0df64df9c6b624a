import { clonesLesson } from './clones.ts';
import { collectionsLesson } from './collections.ts';
import { duplicatesLesson } from './duplicates.ts';
import { expiryLesson } from './expiry.ts';
import { filtersLesson } from './filters.ts';
import { insyncLesson } from './insync.ts';
import { keysLesson } from './keys.ts';
import type { Lesson } from './lesson.ts';
import { scanLesson } from './scan.ts';

/** All lessons, in the order in which they are best taken. */
export const lessons: readonly Lesson[] = [scanLesson, duplicatesLesson, collectionsLesson, filtersLesson, keysLesson, clonesLesson, insyncLesson, expiryLesson];
