import type { Schemas } from '@/api/client';
import { type Machine, services } from './machine';

const folder = '/etc/zeitwork';

/** quoted is a text as one word of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** joinCommand is what makes a machine a node. The one-time token stands in no argument, which everybody on the machine would see. */
export function joinCommand(oneTimeToken: string, settings: Schemas['MachineSettings']): string {
  return `curl -fsSL ${settings.api_url}/install/node | ZEITWORK_JOIN_TOKEN=${oneTimeToken} sh`;
}

/**
 * startCommand is what starts the service of a new edge: it asks for the token, which thus stands in no history of commands, and keeps the settings in a
 * file that root alone can read, for a supervisor to start the service with.
 */
export function startCommand({ region }: Pick<Machine, 'region'>, settings: Schemas['MachineSettings'], place = folder): string {
  const { name, variable } = services.edge;
  const file = `${place}/${name}.env`;
  const own = { ZEITWORK_API_URL: settings.api_url, ZEITWORK_EDGE_REGION: region };
  const lines = Object.entries(own).map(([setting, value]) => quoted(`${setting}=${value}`));

  return [
    `( umask 077 && mkdir -p ${place} && read -rsp 'Token: ' token && printf '%s\\n' \\`,
    ...lines.map((line) => `  ${line} \\`),
    `  "${variable}=$token" > ${file} \\`,
    `&& set -a && . ${file} && exec zeitwork ${name} )`,
  ].join('\n');
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
