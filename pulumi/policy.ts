import { readFileSync } from 'node:fs';
import { z } from 'zod';

const selectors = z.array(z.string());

const schema = z.object({
  tagOwners: z.record(z.string(), selectors),
  autoApprovers: z.object({ routes: z.record(z.string(), selectors) }),
  grants: z.array(z.object({ src: selectors, dst: selectors, ip: selectors })),
  tests: z.array(z.object({ src: z.string(), accept: selectors.optional(), deny: selectors.optional() })),
});

// Policy is the tailnet's policy in policy.json, which nothing here changes.
export class Policy {
  readonly text: string;
  readonly parsed: z.output<typeof schema>;

  constructor() {
    this.text = readFileSync(new URL('policy.json', import.meta.url), 'utf8');
    this.parsed = schema.parse(JSON.parse(this.text));
  }

  // tag is the one of a kind of machine, which the policy has to know.
  tag(kind: string): string {
    const tag = `tag:zeitwork-${kind}`;
    if (!this.parsed.tagOwners[tag]) throw new Error(`policy.json has no ${tag}.`);

    return tag;
  }

  // clusterRange has the addresses of all VMs: the one route that nodes may advertise.
  get clusterRange(): string {
    const [range, ...others] = Object.keys(this.parsed.autoApprovers.routes);
    if (!range || others.length > 0) throw new Error('policy.json has to approve one route, the range of the cluster.');

    return range;
  }

  // builderPort is where the policy lets workers reach builders.
  get builderPort(): number {
    const grant = this.parsed.grants.find(({ dst }) => dst.includes(this.tag('builder')));
    const port = grant?.ip[0]?.match(/^tcp:(\d+)$/)?.[1];
    if (!port) throw new Error('policy.json has to let workers reach one port of builders.');

    return Number(port);
  }
}
