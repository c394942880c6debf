// The part of the build that the compiler does not do. Runs after `tsc -b`; each step is a script of the package it serves.
await import('../apps/orchestrator/build-bundle.mjs');
await import('../apps/web/build-site.mjs');
