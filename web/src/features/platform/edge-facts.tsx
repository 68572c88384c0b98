import type { Schemas } from '@/api/client';
import { Fact, Facts } from '@/components/facts';
import { Time } from '@/components/time';
import { formatCount } from '@/lib/units';
import { EdgeLag } from './edge-lag';
import { Touch } from './touch';

/** EdgeFacts is what is known of an edge. */
export function EdgeFacts({ edge }: { edge: Schemas['Edge'] }) {
  return (
    <Facts>
      <Fact name="Proxy">
        <Touch inTouch={edge.in_touch} lastSeenAt={edge.last_seen_at} />
      </Fact>
      <Fact name="Route table">
        <EdgeLag edge={edge} />
      </Fact>
      <Fact name="Serves version">
        {formatCount(edge.acknowledged_version)} <span className="text-quiet">of {formatCount(edge.current_version)}</span>
      </Fact>
      <Fact name="Version">{edge.version ?? 'not told'}</Fact>
      <Fact name="Region">{edge.region}</Fact>
      <Fact name="Made">
        <Time at={edge.created_at} />
      </Fact>
    </Facts>
  );
}
