#!/usr/bin/env node
// Stands in for a desktop VS Code: @vscode/test-electron starts it with the desktop's arguments, and it passes
// them to executable.ts under this checkout's Node, whatever Node the shell has.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = relative => fileURLToPath(new URL(relative, import.meta.url));
const child = spawn(path('../../../node_modules/.bin/node'), [path('executable.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
child.once('exit', code => process.exit(code ?? 1));
