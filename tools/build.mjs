// Builds dist/ from lib/: JavaScript, declarations and source maps, from scratch each time, so that no stale file is ever
// shipped. In a clone it also links the commands, so that `npx startnode` runs what was built here.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { bin } = createRequire(import.meta.url)('../package.json');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tools', 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

// The page of the dashboard is shipped as it is, with the one package that it stands on, and its licences.
const page = ['observe', 'dashboard', 'page'];
cpSync(join(root, 'lib', ...page), join(root, 'dist', ...page), { recursive: true });
const vendor = join(root, 'dist', ...page, 'vendor');
const packages = join(root, 'node_modules');
mkdirSync(vendor);
copyFileSync(join(packages, 'htm', 'preact', 'standalone.module.js'), join(vendor, 'preact.js'));
copyFileSync(join(packages, 'htm', 'LICENSE'), join(vendor, 'LICENSE.htm'));
copyFileSync(join(packages, 'preact', 'LICENSE'), join(vendor, 'LICENSE.preact'));

for (const file of readdirSync(join(root, 'dist', 'cli'))) {
  if (file.endsWith('.js')) chmodSync(join(root, 'dist', 'cli', file), 0o755);
}
const commands = join(root, 'node_modules', '.bin');
if (existsSync(commands) && process.platform !== 'win32') {
  for (const [name, file] of Object.entries(bin)) {
    rmSync(join(commands, name), { force: true });
    symlinkSync(join('..', '..', file), join(commands, name));
  }
}
