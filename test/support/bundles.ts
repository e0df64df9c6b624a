import type { BuildOptions } from 'esbuild';

/** What `esbuild.mjs` exports; it is plain JavaScript so that it runs before anything is installed but esbuild. */
export interface Bundles {
  product(name: 'extension.cjs' | 'practiceWorker.cjs' | 'serve.cjs', options?: { readonly minify?: boolean }): BuildOptions;
  purityBundle(folders?: readonly string[]): BuildOptions;
}

/** The bundles' options, to build them in memory. */
export async function bundles(): Promise<Bundles> {
  return (await import(new URL('../../esbuild.mjs', import.meta.url).href)) as Bundles;
}
