import { Card } from '@/components/card';
import { Code } from '@/components/code';

/** DeployKey shows the key that has to be added to a repository before it can be read by SSH. */
export function DeployKey({ publicKey }: { publicKey: string }) {
  return (
    <Card
      title="Add this key to the repository"
      text="As a deploy key, which may only read. Then deploy: the project is there already, and nothing is lost if you do it later."
    >
      <div role="status">
        <Code text={publicKey} what="the deploy key" />
      </div>
    </Card>
  );
}
