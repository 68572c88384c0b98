import { api, type Schemas } from '@/api/client';

/** MachineKind is what operators make that signs in with a token of its own. */
export type MachineKind = 'node' | 'edge';

/** Machine is a node or an edge. */
export type Machine = { kind: MachineKind; id: string; name: string; region: string };

/**
 * MadeToken is a token of a machine, this once with its secret; tokenId where it is not the machine's first. One that is oneTime is for a machine that is to
 * become the node or edge.
 */
export type MadeToken = { machine: Machine; secret: string; tokenId?: string; oneTime?: boolean };

/** services are the programs that run on machines, by what the machines are. */
export const services = {
  node: { name: 'nodeagent', called: 'agent', variable: 'ZEITWORK_NODE_TOKEN' },
  edge: { name: 'edgeproxy', called: 'proxy', variable: 'ZEITWORK_EDGE_TOKEN' },
} as const satisfies Record<MachineKind, { name: string; called: string; variable: string }>;

/** makeMachine makes a node or an edge, with a one-time token. */
export async function makeMachine(kind: MachineKind, body: { name: string; region: string }): Promise<MadeToken> {
  const oneTime = { body: { ...body, one_time: true } };
  if (kind === 'node') {
    const { data } = await api.POST('/v1/nodes', oneTime);
    return made(kind, data?.node, data?.token);
  }

  const { data } = await api.POST('/v1/edges', oneTime);
  return made(kind, data?.edge, data?.token);
}

function made(kind: MachineKind, machine: Schemas['Node'] | Schemas['Edge'] | undefined, secret: string | undefined): MadeToken {
  if (!machine || !secret) throw new Error('The platform answered without a token.');
  const { id, name, region } = machine;
  return { machine: { kind, id, name, region }, secret, oneTime: true };
}

/** makeOneTimeToken makes another one-time token of a node or an edge. The one before is good no longer. */
export async function makeOneTimeToken(machine: Machine): Promise<MadeToken> {
  const { data } =
    machine.kind === 'node'
      ? await api.POST('/v1/nodes/{node_id}/join-tokens', { params: { path: { node_id: machine.id } } })
      : await api.POST('/v1/edges/{edge_id}/join-tokens', { params: { path: { edge_id: machine.id } } });
  if (!data) throw new Error('The platform answered without a token.');

  return { machine, secret: data.token, oneTime: true };
}

/** rotateToken gives a machine another token. */
export async function rotateToken(machine: Machine, body: Schemas['MachineRotation']): Promise<MadeToken> {
  const { data } =
    machine.kind === 'node'
      ? await api.POST('/v1/nodes/{node_id}/tokens', { params: { path: { node_id: machine.id } }, body })
      : await api.POST('/v1/edges/{edge_id}/tokens', { params: { path: { edge_id: machine.id } }, body });
  if (!data) throw new Error('The platform answered without a token.');

  return { machine, secret: data.secret, tokenId: data.id };
}

/** revokeToken has one token of a machine refused from now on. */
export async function revokeToken(machine: Machine, tokenId: string): Promise<void> {
  if (machine.kind === 'node')
    await api.DELETE('/v1/nodes/{node_id}/tokens/{token_id}', { params: { path: { node_id: machine.id, token_id: tokenId } } });
  else await api.DELETE('/v1/edges/{edge_id}/tokens/{token_id}', { params: { path: { edge_id: machine.id, token_id: tokenId } } });
}
