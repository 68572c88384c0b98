import type { Scope } from '@/api/queries/variables';

/** scopes are the environments that a variable can be for. */
export const scopes: { value: Scope; name: string; hint: string }[] = [
  { value: 'all', name: 'All environments', hint: 'Production and every preview.' },
  { value: 'production', name: 'Production', hint: 'Wins there over a value for all environments.' },
  { value: 'preview', name: 'Previews', hint: 'Wins in previews over a value for all environments.' },
];

export const scopeName = (scope: Scope): string => scopes.find(({ value }) => value === scope)?.name ?? scope;

/** keyOf tells variables of the same name in different scopes apart. */
export const keyOf = ({ scope, name }: { scope: Scope; name: string }): string => `${scope}/${name}`;
