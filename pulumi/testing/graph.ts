import * as pulumi from '@pulumi/pulumi';
import { platform } from '../platform.ts';
import { read } from '../settings/read.ts';
import { configuration, example, type Values } from './configuration.ts';

export interface Resource {
  type: string;
  name: string;
  custom: boolean;
  inputs: Values;
}

export interface Graph {
  resources: Resource[];
  environment: Record<string, string>;
  authKeys: Record<string, string>;
}

let recorded: Resource[] = [];

pulumi.runtime.setMocks(
  {
    newResource({ type, name, inputs, custom }) {
      recorded.push({ type, name, inputs, custom: custom ?? false });

      return { id: `id-of-${name}`, state: { ...inputs, key: `secret-of-${name}` } };
    },
    call({ token }) {
      if (token !== 'cloudflare:index/getIpRanges:getIpRanges') throw new Error(`Nothing asks for ${token}.`);

      return { etag: '', ipv4Cidrs: ['173.245.48.0/20'], ipv6Cidrs: ['2400:cb00::/32'], jdcloudCidrs: [] };
    },
  },
  'zeitwork',
  'test',
);

// graph runs the program with the example's values and changes to them, and has every resource that it asks for. One may run at a time.
export async function graph(changes: Values = {}): Promise<Graph> {
  recorded = [];
  const outputs = platform(read(configuration(example(changes))));
  const { environment, authKeys } = await new Promise<Omit<Graph, 'resources'>>((resolve) => {
    pulumi
      .all([outputs.environment, pulumi.output(outputs.authKeys)])
      .apply(([environment, authKeys]) => resolve({ environment, authKeys }));
  });
  // It waits for all resources first. What runs with mocks has no connection to end.
  await pulumi.runtime.disconnect();

  return { resources: recorded, environment, authKeys };
}

// of has the resources of a type, such as DnsRecord.
export function of({ resources }: Graph, type: string): Resource[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}
