import { Boxes } from 'lucide-react';
import { ApiProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { Empty } from '@/components/empty';
import { NotFound } from '@/components/not-found';
import { Notice } from '@/components/notice';
import { PageProblem } from '@/components/page-problem';
import { PartMissing } from '@/components/part-missing';
import { Sentence } from '@/components/sentence';
import { PageSkeleton, Skeleton } from '@/components/skeleton';

const problems = [0, 401, 403, 404, 500].map((status) => new ApiProblem(status, `What the platform says about ${status || 'no answer'}.`));

/** AbsenceGallery shows what stands where something is not: not yet, not any more, or not for this user. */
export function AbsenceGallery() {
  return (
    <>
      <Notice title="Good to know">Something that helps.</Notice>
      <Notice tone="warn" title="Needs a redeploy">
        Two variables have changed since what is live was built.
      </Notice>
      <Notice tone="bad" title="The build has failed" actions={<Button size="small">Open the log</Button>}>
        <Sentence text="`npm ci`: `package-lock.json` does not fit `package.json`. Run `npm install` and commit what it changes." />
      </Notice>
      <div className="grid gap-4 md:grid-cols-2">
        <Card title="Empty">
          <Empty icon={Boxes} title="No project yet" actions={<Button look="main">New project</Button>}>
            A project is a repository that is deployed with every push.
          </Empty>
        </Card>
        <Card title="No page">
          <NotFound />
        </Card>
        <Card title="Loading">
          <div className="space-y-3">
            <Skeleton className="h-5 w-1/2" />
            <Skeleton className="h-20 w-full" />
            <CardWait error={undefined} what="the limits" />
          </div>
        </Card>
        <Card title="Not loaded">
          <CardWait error={new ApiProblem(500, 'The limits could not be read.')} what="the limits" />
        </Card>
        <Card title="A page that is being loaded">
          <PageSkeleton />
        </Card>
        {/* What is fixed in the window is fixed in here instead. */}
        <div className="relative min-h-48 transform-gpu rounded-lg border border-line">
          <PartMissing />
        </div>
        {problems.map((problem) => (
          <Card key={problem.status} title={`Status ${problem.status}`}>
            <PageProblem error={problem} />
          </Card>
        ))}
      </div>
    </>
  );
}
