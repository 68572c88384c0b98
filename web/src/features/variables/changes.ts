import type { DotenvVariable } from '@/lib/dotenv';

/**
 * Change is what saving a .env file does to one variable of a scope.
 * - added: there is none of this name yet
 * - changed: it has another value now
 * - written: it gets this value; whether it has it already is not known, because values cannot be read
 * - unchanged: it has this value already
 * - removed: it is not in the file, and is to go
 * - kept: it is not in the file, and stays
 * - refused: it cannot be saved; `problem` says why
 */
export type Change = {
  name: string;
  kind: 'added' | 'changed' | 'written' | 'unchanged' | 'removed' | 'kept' | 'refused';
  value?: string;
  before?: string | undefined;
  problem?: string;
};

type Existing = {
  name: string;
  /** value is known where the user has looked at it. */
  value?: string | undefined;
};

const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const longestName = 255;
const longestValue = 65_536;

/** problemOfVariable says why the platform would refuse a variable; undefined where it would not. */
export function problemOfVariable({ name, value }: DotenvVariable): string | undefined {
  if (!validName.test(name) || name.length > longestName) {
    return 'A name has letters, digits and underscores, and no digit first.';
  }
  if (name.startsWith('ZEITWORK_')) return 'Names that begin with ZEITWORK_ are the platform’s.';
  if (name === 'PORT' && !/^[1-9][0-9]{0,4}$/.test(value)) return 'PORT is the number of the port that the app listens on.';
  if (new TextEncoder().encode(value).length > longestValue) return 'A value has 64 KiB at the most.';
  if (value.includes('\0')) return 'A value holds no NUL. Encode it, for example as base64.';
  return undefined;
}

/**
 * changesOf compares what is to be saved with what a scope has. Where a file has a name twice, its last value counts.
 *
 * @param remove has those go that the file does not have
 */
export function changesOf(file: DotenvVariable[], existing: Existing[], remove: boolean): Change[] {
  const wanted = new Map(file.map((variable) => [variable.name, variable]));
  const there = new Map(existing.map((variable) => [variable.name, variable]));

  const changes = [...wanted.values()].map((variable): Change => {
    const problem = problemOfVariable(variable);
    if (problem) return { ...variable, kind: 'refused', problem };

    const before = there.get(variable.name);
    if (!before) return { ...variable, kind: 'added' };
    if (before.value === undefined) return { ...variable, kind: 'written' };
    return { ...variable, before: before.value, kind: before.value === variable.value ? 'unchanged' : 'changed' };
  });

  const others = existing.filter(({ name }) => !wanted.has(name)).map(({ name }): Change => ({ name, kind: remove ? 'removed' : 'kept' }));

  return [...changes, ...others];
}

/** isWork tells whether saving does something about a change. */
export function isWork({ kind }: Change): boolean {
  return kind === 'added' || kind === 'changed' || kind === 'written' || kind === 'removed';
}
