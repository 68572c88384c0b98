import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { waitingDeploymentsQuery } from '@/api/queries/platform';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Table, Td, Th } from '@/components/table';
import { Text } from '@/components/text';
import { Duration } from '@/components/time';
import { DeploymentLink } from './deployment-link';
import { ListAnswer } from './list-answer';

/** WaitingDeployments lists the deployments that no job carries on for now, and what each waits for. */
export function WaitingDeployments() {
  const query = useQuery(waitingDeploymentsQuery());

  return (
    <Card
      flush
      title="Deployments that wait without a job"
      text="For their organisation’s turn to build, for its quota, or until their environment is unpinned."
    >
      <ListAnswer
        query={query}
        what="deployments"
        empty={
          <Empty icon={CircleCheck} title="None waits">
            All deployments that are under way have a job.
          </Empty>
        }
      >
        {(deployments) => (
          <Table label="Deployments that wait without a job">
            <thead>
              <tr>
                <Th>Deployment</Th>
                <Th>Waits because</Th>
                <Th>Place</Th>
                <Th>For how long</Th>
                <Th>Next step</Th>
              </tr>
            </thead>
            <tbody>
              {deployments.map((each) => (
                <tr key={each.deployment_id}>
                  <Td className="min-w-40">
                    <DeploymentLink deploymentId={each.deployment_id} project={each.project} organisation={each.organisation} />
                    <p className="text-quiet text-sm">
                      {each.environment_kind} from <Text text={each.branch} />
                    </p>
                  </Td>
                  <Td className="min-w-64">
                    <Text text={each.waiting_because} />
                  </Td>
                  <Td className="tabular-nums">{each.place}</Td>
                  <Td>
                    <Duration from={each.since} />
                  </Td>
                  <Td>{each.step}</Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </ListAnswer>
    </Card>
  );
}
