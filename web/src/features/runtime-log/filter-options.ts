import type { Schemas } from '@/api/client';
import type { Option } from '@/components/select';
import { shortId } from './marks';

export const levelOptions: Option<string>[] = [
  { value: 'any', name: 'Any level' },
  { value: 'debug', name: 'Debug and graver' },
  { value: 'info', name: 'Info and graver' },
  { value: 'warn', name: 'Warnings and graver' },
  { value: 'error', name: 'Errors and graver' },
  { value: 'fatal', name: 'Fatal' },
  { value: 'none', name: 'No level told' },
];

export const streamOptions: Option<string>[] = [
  { value: 'any', name: 'Any stream' },
  { value: 'stdout', name: 'stdout' },
  { value: 'stderr', name: 'stderr' },
  { value: 'system', name: 'platform', hint: 'What the platform says about the app' },
];

/** methodOptions are the usual methods, and the one that is chosen. */
export function methodOptions(chosen: string | undefined): Option<string>[] {
  const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', ...(chosen ? [chosen] : [])]);
  return [{ value: 'any', name: 'Any method' }, ...[...methods].map((method) => ({ value: method, name: method }))];
}

/** FilterChoices are the things of a project among which can be chosen. */
export type FilterChoices = { environments: Option<string>[]; deployments: Option<string>[]; instances: Option<string>[] };

type Known = {
  environments: { slug: string }[];
  deployments: Schemas['Deployment'][];
  instances: { id: string; node: string }[];
};

/** choicesOf are the choices among what is known of a project. What the address has chosen is among them, known or not. */
export function choicesOf(
  { environments, deployments, instances }: Known,
  chosen: { deployment?: string; instance?: string },
): FilterChoices {
  return {
    environments: [{ value: 'any', name: 'All environments' }, ...environments.map(({ slug }) => ({ value: slug, name: slug }))],
    deployments: withChosen('All deployments', deployments.map(deploymentOption), chosen.deployment),
    instances: withChosen(
      'All instances',
      instances.map(({ id, node }) => ({ value: id, name: `Instance ${shortId(id)}`, hint: `on ${node}` })),
      chosen.instance,
    ),
  };
}

function deploymentOption({ id, state, commit_message }: Schemas['Deployment']): Option<string> {
  return {
    value: id,
    name: `Deployment ${shortId(id)}`,
    hint: `${state}: ${commit_message?.split('\n')[0]?.slice(0, 60) || '(no message)'}`,
  };
}

function withChosen(all: string, options: Option<string>[], chosen: string | undefined): Option<string>[] {
  const missing = chosen && !options.some(({ value }) => value === chosen) ? [{ value: chosen, name: `…${shortId(chosen)}` }] : [];
  return [{ value: 'any', name: all }, ...options, ...missing];
}
