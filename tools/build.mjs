// Builds dist/ from lib/: JavaScript, declarations and source maps, from scratch each time, so that no stale file is ever shipped.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
const tsc = join(dirname(manifest), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tools', 'tsconfig.build.json')], { stdio: 'inherit' });
for (const command of readdirSync(join(root, 'dist', 'cli'))) {
  if (command.endsWith('.js')) chmodSync(join(root, 'dist', 'cli', command), 0o755);
}
