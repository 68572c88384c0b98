import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { plural } from '@/lib/units';
import { NodeMeters } from './node-meters';
import { NodeState } from './node-state';
import { Touch } from './touch';

/** NodeList is nodes below each other, each leading to its page. */
export function NodeList({ nodes }: { nodes: Schemas['Node'][] }) {
  return (
    <ul className="divide-y divide-line">
      {nodes.map((node) => (
        <li key={node.id} className="relative space-y-4 px-4 py-4 hover:bg-hover sm:px-5">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Link
              to="/platform/nodes/$nodeId"
              params={{ nodeId: node.id }}
              className="font-semibold no-underline after:absolute after:inset-0"
            >
              {node.name}
            </Link>
            {(node.in_touch || node.state !== 'ready') && <NodeState state={node.state} />}
            <Touch inTouch={node.in_touch} lastSeenAt={node.last_seen_at} />
            <span className="text-quiet text-sm sm:ml-auto">
              {plural(node.vms, 'VM')} in {node.region}
              {node.version && `, version ${node.version}`}
            </span>
          </div>
          <NodeMeters node={node} />
        </li>
      ))}
    </ul>
  );
}
