import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Schema is the part of JSON Schema that the API's description uses. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
};
export type Parameter = { name: string; in: string; required?: boolean; description?: string; schema: Schema };
type Content = { content?: Record<string, { schema?: Schema }>; description?: string };
export type Operation = {
  method: string;
  path: string;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
};
export type Chapter = { slug: string; name: string; description: string; operations: Operation[] };

const document = parse(readFileSync(new URL('../../../api/openapi.yaml', import.meta.url), 'utf8'));

export const description: string = document.info.description;

/** resolved returns the schema that a reference leads to, and its name. */
export function resolved(schema: Schema): { schema: Schema; name?: string } {
  const name = schema.$ref?.split('/').pop();
  return name ? { schema: document.components.schemas[name], name } : { schema };
}

/** chapters are the operations of the API by their tags, in the document's order. */
export const chapters: Chapter[] = document.tags.map((tag: { name: string; description: string }) => ({
  slug: tag.name.toLowerCase().replaceAll(' ', '-'),
  name: tag.name,
  description: tag.description,
  operations: Object.entries<Record<string, Operation & { tags: string[] }>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags?.includes(tag.name))
      .map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  ),
}));
