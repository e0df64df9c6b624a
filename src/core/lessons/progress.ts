import type { Lesson } from './lesson.ts';

/** Steps that are done, by the lesson's id; plain data, to be kept. */
export type Progress = Readonly<Record<string, readonly string[]>>;

/** A step was done. The same object if it had been before. */
export function withStep(progress: Progress, lesson: string, step: string): Progress {
  const done = progress[lesson] ?? [];
  return done.includes(step) ? progress : { ...progress, [lesson]: [...done, step] };
}

/** The lesson is begun anew. */
export function withoutLesson(progress: Progress, lesson: string): Progress {
  return Object.fromEntries(Object.entries(progress).filter(([id]) => id !== lesson));
}

/** Steps of the lesson that are done, in its order; what it no longer has is passed over. */
export function stepsDone(progress: Progress, { id, checks }: Lesson): readonly string[] {
  return Object.keys(checks).filter((step) => progress[id]?.includes(step));
}

/** True when every step is done. */
export function isDone(progress: Progress, lesson: Lesson): boolean {
  return stepsDone(progress, lesson).length === Object.keys(lesson.checks).length;
}

/** The first lesson after this one that is not done, from the start again behind the last, itself as the very last; undefined when all are. */
export function nextLesson(progress: Progress, lessons: readonly Lesson[], after: string | undefined): Lesson | undefined {
  const at = lessons.findIndex(({ id }) => id === after);
  return [...lessons.slice(at + 1), ...lessons.slice(0, at + 1)].find((lesson) => !isDone(progress, lesson));
}
