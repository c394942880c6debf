// `npm start`: from a fresh clone to a running stack. Installs and builds what is missing, then becomes `swath up` with the arguments it
// was given. Everything printed here goes to standard error.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, installPackages, root } from './install.mjs';

checkNode();
installPackages();
build();

// In this process and not in a child: signals from a terminal, from npm or from `kill` reach the supervisor itself, once.
const cli = join(root, 'apps', 'cli', 'dist', 'main.js');
process.argv.splice(1, 1, cli, 'up');
await import(pathToFileURL(cli).href);
