import { check } from './check.ts';
import { type Settings, schema } from './schema.ts';

const namespace = 'zeitwork:';

// read makes settings of the configuration of a stack, as Pulumi hands it over: texts, and JSON for what has parts. It throws an error with a sentence for
// each thing that is wrong.
export function read(configuration: Record<string, string>): Settings {
  const values = Object.entries(configuration)
    .filter(([name]) => name.startsWith(namespace))
    .map(([name, value]) => [name.slice(namespace.length), parse(value)]);

  const parsed = schema.safeParse(Object.fromEntries(values));
  if (!parsed.success) throw complain(parsed.error.issues.map(sentence));

  const wrong = check(parsed.data);
  if (wrong.length > 0) throw complain(wrong);

  return parsed.data;
}

function parse(value: string): unknown {
  return value.startsWith('{') || value.startsWith('[') ? JSON.parse(value) : value;
}

type Issue = { code: string; path: PropertyKey[]; message: string; keys?: string[]; input?: unknown };

function sentence(issue: Issue): string {
  const path = issue.path.map(String).join('.');

  switch (true) {
    case issue.code === 'unrecognized_keys':
      return `${path ? `${path}: ` : ''}There is no setting ${issue.keys?.map((key) => `"${key}"`).join(', ')}. Pulumi.example.yaml has all of them.`;
    case issue.code === 'invalid_type' && issue.message.startsWith('Invalid input'):
      return `${path}: It is not set, or not as Pulumi.example.yaml shows it.`;
    default:
      return `${path}: ${issue.message}`;
  }
}

function complain(wrong: string[]): Error {
  return new Error(`The configuration of this stack is not right:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
}
