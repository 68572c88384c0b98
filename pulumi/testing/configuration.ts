import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

export type Values = Record<string, unknown>;

// example has the values of Pulumi.example.yaml, with others in the place of some. A value that is undefined is taken out.
export function example(changes: Values = {}): Values {
  const file = load(readFileSync(new URL('../Pulumi.example.yaml', import.meta.url), 'utf8')) as { config: Values };
  const values = Object.entries(file.config).map(([name, value]) => [name.replace('zeitwork:', ''), value]);

  return { ...Object.fromEntries(values), ...changes };
}

// configuration is what a program gets of Pulumi for such values.
export function configuration(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`zeitwork:${name}`, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

// fronts has what the example becomes with each way to the edges. Where TLS ends at Cloudflare the edges have a zone of their own.
export const fronts: Record<string, Values> = {
  dns: {},
  spectrum: { front: 'spectrum' },
  cloudflare: {
    front: 'cloudflare',
    edgeDomain: 'edge.zeitwork.app',
    baseDomain: 'apps.zeitwork.app',
    customHostnames: ['shop.example.net'],
  },
};
