import { FilterX, ScrollText } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Empty } from '@/components/empty';

type Props = {
  project: Schemas['Project'];
  filtered: boolean;
  /** soFar says that not everything was looked through. */
  soFar: boolean;
  /** grows tells whether what happens from now on comes here, too. */
  grows: boolean;
  onClear: () => void;
};

/** NothingHere stands where the list has no entry, and says how one comes into it. */
export function NothingHere({ project, filtered, soFar, grows, onClear }: Props) {
  if (filtered) {
    return (
      <Empty
        icon={FilterX}
        title={soFar ? 'Nothing found so far' : 'Nothing passes the filters'}
        actions={<Button onClick={onClear}>Clear the filters</Button>}
      >
        {grows && 'What happens from now on and passes them comes here by itself.'}
      </Empty>
    );
  }

  if (!project.live_deployment_id) {
    return (
      <Empty icon={ScrollText} title="Nothing is live yet">
        Once a deployment is live, what the app writes stands here, and the requests that it gets beside it.
      </Empty>
    );
  }

  return (
    <Empty icon={ScrollText} title="Nothing logged yet">
      What the app writes to its standard output or error comes here as it happens: <code className="font-mono">console.log("hello")</code>{' '}
      is enough. A line that is a JSON object with a level and a message becomes a message with fields. Requests come here without any
      doing.
    </Empty>
  );
}
