import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('pins every image that it does not build', () => {
    const foreign = services
      .flatMap(([, service]) => service.image ?? [])
      .filter((image) => !image.startsWith('swath'));
    expect(foreign.length).toBeGreaterThan(3);
    for (const image of foreign) expect(image).toMatch(/:\d+\.\d+(\.\d+)?$/);
  });

  it('names only services, secrets and volumes that it defines', () => {
    for (const [, service] of services) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(name);
      for (const name of service.secrets ?? []) expect(compose.secrets).toHaveProperty(name);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(read(source).length).toBeGreaterThan(0);
        else expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  it('takes from the environment only what the example file names', () => {
    const used = new Set([...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map((match) => match[1]));
    const named = new Set([...read('deploy/example.env').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]));
    expect([...used].sort()).toEqual([...named].sort());
  });

  it('gives the processes only settings that the documentation knows', () => {
    const documented = read('docs/operations.md');
    for (const [, service] of services) {
      const names = Object.keys(service.environment ?? {}).filter((name) => name.startsWith('SWATH_'));
      for (const name of names) expect(documented).toContain(`\`${name}\``);
    }
  });

  it('starts processes that the build makes', () => {
    const entries = [...text.matchAll(/apps\/([a-z]+)\/dist\/main\.js/g)].map((match) => match[1] ?? '');
    expect(entries).toEqual(['api', 'orchestrator']);
    for (const app of [...entries, 'agent'])
      expect(read(`apps/${app}/src/main.ts`).length).toBeGreaterThan(0);
  });
});
