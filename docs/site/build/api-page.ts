import { type Chapter, type Operation, type Parameter, resolved, type Schema } from './openapi.ts';

/** page returns a chapter of the API as Markdown. */
export function page({ name, description, operations }: Chapter): string {
  return [`# ${name}`, text(description), ...operations.map(operationText)].join('\n\n');
}

function operationText(operation: Operation): string {
  const succeeded = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  const failed = Object.entries(operation.responses).filter(([status]) => !status.startsWith('2'));
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const [type, answer] = Object.entries(succeeded?.[1].content ?? {})[0] ?? [];
  return [
    `## ${operation.summary}`,
    `\`\`\`http\n${operation.method} ${operation.path}\n\`\`\``,
    text(operation.description ?? ''),
    operation.parameters?.length ? `**Parameters**\n\n${parameters(operation.parameters)}` : '',
    body ? `**Body**\n\n${properties(body)}` : '',
    succeeded
      ? `**Answer** ${succeeded[0]}${type && type !== 'application/json' ? `, \`${type}\`` : ''}${answer?.schema ? `\n\n${properties(answer.schema)}` : ''}`
      : '',
    failed.length ? `**Errors** ${failed.map(([status]) => status).join(', ')}` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function parameters(all: Parameter[]): string {
  return table(all.map((each) => [`\`${each.name}\``, `${typeOf(each.schema)}, in the ${each.in}`, each.required ?? false, each.description ?? each.schema.description]));
}

/** properties lists what an object has; of a list, what each of its items has. */
function properties(of: Schema): string {
  const { schema } = resolved(of);
  if (schema.type === 'array' && schema.items) return `A list, of which each item has:\n\n${properties(schema.items)}`;
  const rows = Object.entries(schema.properties ?? {}).filter(([name]) => name !== '$schema');
  if (!rows.length) return typeOf(of);
  return table(rows.map(([name, value]) => [`\`${name}\``, typeOf(value), schema.required?.includes(name) ?? false, value.description ?? resolved(value).schema.description]));
}

function table(rows: [string, string, boolean, string | undefined][]): string {
  const lines = rows.map(([name, type, required, description]) => `| ${name} | ${type}${required ? '' : ', optional'} | ${text(description ?? '')} |`);
  return ['| name | type | what it is |', '| --- | --- | --- |', ...lines].join('\n');
}

function typeOf(of: Schema): string {
  const { schema, name } = resolved(of);
  if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(' or ');
  const types = [schema.type ?? 'anything'].flat().filter((type) => type !== 'null');
  if (types[0] === 'array' && schema.items) return `list of ${typeOf(schema.items)}`;
  return name ? `${name}` : types.join(' or ') + (schema.format ? ` (${schema.format})` : '');
}

/** text keeps what looks like Markdown or HTML within a cell of a table as it is. */
function text(of: string): string {
  return of.replace(/\s+/g, ' ').replace(/[\\*_<>|{}[\]]/g, (character) => `&#${character.charCodeAt(0)};`);
}
