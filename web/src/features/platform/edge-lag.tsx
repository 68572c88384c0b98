import { CircleCheck, CircleDashed, History } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';
import { plural } from '@/lib/units';

/** EdgeLag tells how far an edge is behind the newest version of the route table. */
export function EdgeLag({ edge }: { edge: Schemas['Edge'] }) {
  if (!edge.last_seen_at) return <State tone="quiet" icon={CircleDashed} word="Serves nothing yet" />;
  if (edge.versions_behind === 0) return <State tone="good" icon={CircleCheck} word="Up to date" />;

  return <State tone="warn" icon={History} word={`${plural(edge.versions_behind, 'version')} behind`} />;
}
