import type { Schemas } from '@/api/client';
import { plural } from '@/lib/units';
import { leakNames, placeName } from './leak-words';

/** Concern is something that an operator should look at, or should know. */
export type Concern = {
  key: string;
  tone: 'bad' | 'warn';
  /** text is a sentence that says what is wrong. */
  text: string;
  /** more says what follows from it, or what to do. */
  more?: string;
  /** since is when something of it was, and what: "Last heard of". */
  since?: { what: string; at: string };
  /** to is the page that shows it. */
  to: string;
};

export type Platform = {
  nodes: Schemas['Node'][];
  builders: Schemas['Builder'][];
  edges: Schemas['Edge'][];
  queue: Schemas['QueueOverview'];
  leaks: Schemas['Leak'][];
  places: Schemas['LeakPlace'][];
};

const lastHeard = 'Last heard of';
const nearlyFull = 0.1;
const longWait = 60_000;
const veryLongWait = 10 * 60_000;

/** concernsOf lists what needs attention, the worst first. `now` is in milliseconds since 1970. */
export function concernsOf(platform: Platform, now: number): Concern[] {
  const concerns = [
    ...ofNodes(platform.nodes),
    ...ofEdges(platform.edges),
    ...ofBuilders(platform.builders),
    ...ofQueue(platform.queue, now),
    ...ofLeaks(platform.leaks),
    ...ofPlaces(platform.places),
  ];

  return concerns.toSorted((a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'));
}

function ofNodes(nodes: Schemas['Node'][]): Concern[] {
  const concerns = nodes.flatMap((node): Concern[] => {
    const to = `/platform/nodes/${node.id}`;
    const found: Concern[] = [];

    if (!node.last_seen_at) {
      found.push({ key: `${node.id} new`, tone: 'warn', text: `Node ${node.name} was never in touch.`, more: 'Start its agent.', to });
    } else if (!node.in_touch) {
      const more = `It gets no VMs; ${plural(node.vms, 'VM is', 'VMs are')} assigned to it.`;
      found.push({
        key: `${node.id} away`,
        tone: 'bad',
        text: `Node ${node.name} is out of touch.`,
        more,
        since: { what: lastHeard, at: node.last_seen_at },
        to,
      });
    } else if (node.unreachable) {
      found.push({
        key: `${node.id} unreachable`,
        tone: 'bad',
        text: `Edges cannot reach the VMs of node ${node.name}.`,
        more: node.unreachable,
        to,
      });
    }

    if (node.state === 'draining' && node.vms > 0) {
      const more = `${plural(node.vms, 'VM is', 'VMs are')} left on it.`;
      found.push({ key: `${node.id} drains`, tone: 'warn', text: `Node ${node.name} is draining.`, more, to });
    }

    const { disk_bytes: disk, disk_free_bytes: free } = node;
    if (disk && free !== undefined && free / disk < nearlyFull) {
      const text = `The disk of node ${node.name} is ${Math.floor((1 - free / disk) * 100)} % full.`;
      found.push({ key: `${node.id} disk`, tone: free / disk < nearlyFull / 2 ? 'bad' : 'warn', text, to });
    }

    return found;
  });

  if (!nodes.some((node) => node.in_touch && !node.unreachable && node.state === 'ready')) {
    concerns.unshift({
      key: 'no node',
      tone: 'bad',
      text: 'No node takes VMs.',
      more: 'Deployments wait until one is in touch and ready.',
      to: '/platform/nodes',
    });
  }

  return concerns;
}

function ofEdges(edges: Schemas['Edge'][]): Concern[] {
  const to = '/platform/edges';
  const concerns = edges.flatMap((edge): Concern[] => {
    if (!edge.last_seen_at)
      return [{ key: `${edge.id} new`, tone: 'warn', text: `Edge ${edge.name} was never in touch.`, more: 'Start its proxy.', to }];
    if (!edge.in_touch) {
      const more = 'If it still runs, it serves the routes that it had then.';
      return [
        {
          key: `${edge.id} away`,
          tone: 'bad',
          text: `Edge ${edge.name} is out of touch.`,
          more,
          since: { what: lastHeard, at: edge.last_seen_at },
          to,
        },
      ];
    }
    if (edge.versions_behind === 0) return [];

    const text = `Edge ${edge.name} is ${plural(edge.versions_behind, 'version')} of the route table behind.`;
    return [{ key: `${edge.id} behind`, tone: 'warn', text, more: 'Usually it catches up within a second.', to }];
  });

  if (!edges.some((edge) => edge.in_touch)) concerns.unshift({ key: 'no edge', tone: 'bad', text: 'No edge is in touch.', to });

  return concerns;
}

function ofBuilders(builders: Schemas['Builder'][]): Concern[] {
  const to = '/platform/builders';
  const concerns: Concern[] = [];

  if (!builders.some((builder) => builder.in_touch)) {
    concerns.push({
      key: 'no builder',
      tone: 'bad',
      text: 'No worker is in touch.',
      more: 'Nothing is built or deployed until one is.',
      to,
    });
  }

  for (const { id, name, in_touch: inTouch, last_seen_at: at, buildkit } of builders) {
    if (!inTouch) {
      concerns.push({
        key: id,
        tone: 'warn',
        text: `Worker ${name} was lost.`,
        more: 'Others do what it worked on.',
        since: { what: lastHeard, at },
        to,
      });
    } else if (buildkit.error) {
      concerns.push({ key: id, tone: 'bad', text: `The BuildKit of worker ${name} does not answer.`, more: buildkit.error, to });
    }
  }

  return concerns;
}

function ofQueue({ queues }: Schemas['QueueOverview'], now: number): Concern[] {
  return queues.flatMap((queue): Concern[] => {
    const to = '/platform/queue';
    const found: Concern[] = [];
    const waits = queue.oldest_since ? now - Date.parse(queue.oldest_since) : 0;

    if (queue.paused_at) {
      const more = 'Workers take no job of it until it is resumed in River UI.';
      found.push({
        key: `${queue.name} paused`,
        tone: 'warn',
        text: `The queue ${queue.name} is paused.`,
        more,
        since: { what: 'Paused', at: queue.paused_at },
        to,
      });
    }
    if (waits > longWait) {
      const text = `${plural(queue.available, 'job waits', 'jobs wait')} for a free slot of the queue ${queue.name}.`;
      const more = queue.slots === 0 ? 'No worker that is in touch takes its jobs.' : undefined;
      found.push({
        key: `${queue.name} waits`,
        tone: waits > veryLongWait || queue.slots === 0 ? 'bad' : 'warn',
        text,
        ...(more ? { more } : {}),
        ...(queue.oldest_since ? { since: { what: 'The first of them came', at: queue.oldest_since } } : {}),
        to,
      });
    }
    if (queue.retryable > 0) {
      const text = `${plural(queue.retryable, 'job')} of the queue ${queue.name} failed, and ${queue.retryable === 1 ? 'is' : 'are'} tried again.`;
      found.push({ key: `${queue.name} again`, tone: 'warn', text, to: `${to}?state=retryable&queue=${encodeURIComponent(queue.name)}` });
    }

    return found;
  });
}

function ofLeaks(leaks: Schemas['Leak'][]): Concern[] {
  const first = leaks.map((leak) => leak.first_seen_at).toSorted()[0];
  if (!first) return [];

  return [
    {
      key: 'leaks',
      tone: 'warn',
      text: `${plural(leaks.length, 'thing is', 'things are')} there that nothing needs.`,
      since: { what: 'The first was found', at: first },
      to: '/platform/leaks',
    },
  ];
}

function ofPlaces(places: Schemas['LeakPlace'][]): Concern[] {
  return places.flatMap((place): Concern[] => {
    // Of a node that is away the page says so already.
    const failed = place.in_touch ? place.looks.filter((look) => look.problem) : [];
    if (failed.length === 0) return [];

    const kinds = failed.map((look) => leakNames[look.kind].several.toLowerCase().replace('vms', 'VMs')).join(', ');
    return [
      {
        key: `looks ${place.node_id ?? ''}`,
        tone: 'warn',
        text: `${placeName(place)} does not tell which ${kinds} are left over.`,
        ...(failed[0]?.problem ? { more: failed[0].problem } : {}),
        to: '/platform/leaks',
      },
    ];
  });
}
