import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { Card } from '@/components/card';
import { Notice } from '@/components/notice';
import { Sentence } from '@/components/sentence';
import { Skeleton } from '@/components/skeleton';
import { State } from '@/components/state';
import { PlaceForm } from './place-form';
import { Plan } from './plan';
import type { NewProjectSearch } from './source';
import type { Detecting } from './use-detection';

type Props = {
  organisation: string;
  search: NewProjectSearch;
  branch: string;
  detecting: Detecting;
  releaseCommand: string;
  onReleaseCommand: (command: string) => void;
};

/** DetectedSection says what was found in the repository, or why nothing can be made of it and what to do. */
export function DetectedSection({ organisation, search, branch, detecting, releaseCommand, onReleaseCommand }: Props) {
  const { detection, problem, again } = detecting;
  const failure = problem?.message ?? detection?.error?.detail ?? detection?.problem;
  const waiting = !failure && (!detection || detection.state === 'queued');

  return (
    <Card
      title="What was detected"
      actions={
        <span role="status">
          {waiting ? (
            <State tone="busy" icon={LoaderCircle} word="Looking at it" spin bare />
          ) : failure ? (
            <State tone="bad" icon={CircleAlert} word={detection?.problem ? 'Cannot be built yet' : 'Could not be looked at'} bare />
          ) : (
            <State tone="good" icon={CircleCheck} word="Ready to build" bare />
          )}
        </span>
      }
    >
      <div className="min-h-48">
        {waiting && (
          <div className="space-y-4">
            <div className="flex gap-3">
              <Skeleton className="size-9" />
              <div className="flex-1 space-y-1.5">
                <Skeleton className="h-4 w-40" />
                <Skeleton className="h-4 w-64 max-w-full" />
              </div>
            </div>
            <p className="text-quiet">
              {detection?.waiting_for ||
                'A worker fetches the repository and looks for its framework, versions and variables. It takes a few seconds.'}
            </p>
          </div>
        )}
        {failure && (
          <Notice tone="bad" title={detection?.problem ? 'It cannot be built as it is' : 'The repository could not be looked at'} live>
            <p className="isolate-text whitespace-pre-line">
              <Sentence text={failure} />
            </p>
            {detection?.problem && <p className="mt-2">Push a change and look again, or say below in which folder the app stands.</p>}
          </Notice>
        )}
        {!failure && detection?.plan && (
          <Plan detection={detection} plan={detection.plan} releaseCommand={releaseCommand} onReleaseCommand={onReleaseCommand} />
        )}
      </div>
      <div className="mt-4 border-line border-t pt-4">
        <PlaceForm organisation={organisation} search={search} branch={branch} onAgain={again} />
      </div>
    </Card>
  );
}
