import { ApiProblem } from '@/api/problem';
import { Card } from '@/components/card';
import { Code } from '@/components/code';
import { Fact, Facts } from '@/components/facts';
import { GoingList } from '@/components/going-list';
import { Meter } from '@/components/meter';
import { ShowMore } from '@/components/show-more';
import { StackedFact } from '@/components/stacked-fact';
import { Table, Td, Th } from '@/components/table';
import { Text } from '@/components/text';
import { Duration, Time } from '@/components/time';
import { DeploymentState } from '@/features/deployment/deployment-state';
import { formatBytes } from '@/lib/units';

const hostile = ['<script>alert(1)</script>', '\u202eright to left', 'x'.repeat(10_000), ''];
const begun = new Date(Date.now() - 83_000).toISOString();
const more = { hasNextPage: true, isFetchingNextPage: false, isFetchNextPageError: false, error: null, fetchNextPage: () => undefined };
const going = [
  { noun: 'environment', count: 2, names: ['production', 'pr-12'] },
  { noun: 'deployment', count: 41 },
  { noun: 'domain', count: 0 },
];

/** ListGallery shows what things are listed, measured and copied with. */
export function ListGallery() {
  return (
    <>
      <Card title="Table" flush>
        <Table label="Deployments">
          <thead>
            <tr>
              <Th>Commit</Th>
              <Th>State</Th>
              <Th>When</Th>
              <Th>Took</Th>
            </tr>
          </thead>
          <tbody>
            {hostile.map((text) => (
              <tr key={text}>
                <Td>
                  <Text text={text} />
                </Td>
                <Td>
                  <DeploymentState state="live" bare />
                </Td>
                <Td>
                  <Time at={begun} />
                </Td>
                <Td>
                  <Duration from={begun} to={new Date().toISOString()} />
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Card>
      <div className="grid items-start gap-4 md:grid-cols-2">
        <Card title="Limits">
          <div className="space-y-4">
            <Meter label="Memory" value={512 * 2 ** 20} limit={2 ** 31} format={formatBytes} />
            <Meter label="Projects" value={17} limit={20} format={String} />
            <Meter label="Builds at once" value={2} limit={2} format={String} />
          </div>
        </Card>
        <Card title="Facts">
          <Facts>
            <Fact name="Framework">Next.js</Fact>
            <Fact name="Began">
              <Time at={begun} />
            </Fact>
            <Fact name="Took so far">
              <Duration from={begun} />
            </Fact>
            <Fact name="At no time">
              <Time at="" />
            </Fact>
          </Facts>
        </Card>
        <Card title="Facts side by side">
          <dl className="grid grid-cols-2 gap-4">
            <StackedFact name="Environment">production</StackedFact>
            <StackedFact name="Live since">
              <Time at={begun} />
            </StackedFact>
          </dl>
        </Card>
        <Card title="To copy">
          <Code text="app.example.com. CNAME shop-acme.zeitwork.app." what="the record" />
        </Card>
        <Card title="A list that goes on" flush>
          <ShowMore pages={more} />
          <ShowMore pages={{ ...more, isFetchingNextPage: true }} />
          <ShowMore pages={{ ...more, isFetchNextPageError: true, error: new ApiProblem(500, 'The next ones could not be read.') }} />
        </Card>
        <Card title="What goes with a project">
          <GoingList going={going}>
            <li>its build cache</li>
          </GoingList>
        </Card>
      </div>
    </>
  );
}
