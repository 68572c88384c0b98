import type { Schemas } from '@/api/client';
import { type Machine, services } from './machine';

const folder = '/etc/zeitwork';

/** joinCommand is what makes a machine a node or an edge. The one-time token stands in no argument, which everybody on the machine would see. */
export function joinCommand(
  { kind }: Pick<Machine, 'kind'>,
  oneTimeToken: string,
  settings: Pick<Schemas['MachineSettings'], 'api_url'>,
): string {
  return `curl -fsSL ${settings.api_url}/install/${kind} | ZEITWORK_JOIN_TOKEN=${oneTimeToken} sh`;
}

/** replaceCommand puts another token in the place of the one in that file. It asks for it, too. */
export function replaceCommand({ kind }: Pick<Machine, 'kind'>, place = folder): string {
  const { name, variable } = services[kind];
  const file = `${place}/${name}.env`;

  return [
    `( umask 077 && read -rsp 'Token: ' token && { grep -v '^${variable}=' ${file} ; \\`,
    `  printf '%s\\n' "${variable}=$token" ; } > ${file}.new && mv ${file}.new ${file} )`,
  ].join('\n');
}

/** builderCommand starts another worker with the settings of one that runs. Nothing of those is shown: with them one reads everything. */
export function builderCommand(place = folder): string {
  return `( set -a && . ${place}/worker.env && exec zeitwork worker )`;
}
