// npm run screenshots: copies the pictures that README and docs show from what the UI tests have just taken.
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outFolder, root } from './paths.ts';

const pages = ['README.md', ...globSync('docs/*.md', { cwd: root })].map((file) => readFileSync(join(root, file), 'utf8')).join('');
const names = new Set([...pages.matchAll(/media\/screenshots\/([\w-]+\.png)/g)].map(([, name = '']) => name));
if (names.size === 0) {
  console.error('README.md and docs show no picture of media/screenshots');
  process.exit(1);
}
mkdirSync(join(root, 'media/screenshots'), { recursive: true });
for (const name of names) {
  const taken = join(outFolder, 'screenshots', name);
  if (!existsSync(taken)) {
    console.error(`${name} was not taken: run npm test -- ui first`);
    process.exitCode = 1;
    continue;
  }
  copyFileSync(taken, join(root, 'media/screenshots', name));
  console.log(`media/screenshots/${name}`);
}
