import {
  Ban,
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  LoaderCircle,
  type LucideIcon,
  Pause,
  RotateCw,
} from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { Sentence } from '@/components/sentence';
import { Text } from '@/components/text';
import { Duration } from '@/components/time';
import { cn } from '@/lib/cn';
import { plural } from '@/lib/units';
import { chainOf, placeInQueue, type Step } from './chain';
import { isUnderWay } from './under-way';

const looks: Record<Step['state'], { icon: LucideIcon; ink: string; word: string }> = {
  waiting: { icon: Circle, ink: 'text-quiet', word: 'not yet' },
  running: { icon: LoaderCircle, ink: 'text-busy', word: 'running' },
  succeeded: { icon: CircleCheck, ink: 'text-good', word: 'done' },
  failed: { icon: CircleAlert, ink: 'text-bad', word: 'failed' },
  retrying: { icon: RotateCw, ink: 'text-warn', word: 'tries again' },
  cancelled: { icon: Ban, ink: 'text-quiet', word: 'cancelled' },
  held: { icon: Pause, ink: 'text-warn', word: 'held' },
  'left out': { icon: CircleMinus, ink: 'text-quiet', word: 'not needed' },
  never: { icon: CircleDashed, ink: 'text-quiet', word: 'did not run' },
};

type Props = { deployment: Schemas['Deployment']; hasReleaseCommand: boolean };

/** DeploymentTimeline is the way of a deployment from the commit to its visitors: what is done, what runs, what it waits for, what is still to come. */
export function DeploymentTimeline({ deployment, hasReleaseCommand }: Props) {
  const steps = chainOf(deployment, hasReleaseCommand);
  const { waiting, state } = deployment;
  const isWaitingBefore =
    isUnderWay(state) && !steps.some((step) => step.state === 'running' || step.state === 'retrying' || step.state === 'held');

  return (
    <Card title="Steps">
      {(waiting || isWaitingBefore) && (
        <div role="status" className="mb-3 rounded-md bg-warn-page px-3 py-2 text-soft text-sm">
          <p className="font-medium text-warn">
            {waiting?.since ? (
              <>
                Waiting for <Duration from={waiting.since} />
              </>
            ) : (
              'Waiting'
            )}
          </p>
          <p className="wrap-anywhere">
            <Sentence text={waiting?.message ?? 'It waits for a worker.'} /> {placeInQueue(waiting?.place)}
          </p>
        </div>
      )}
      <ol>
        {steps.map((step, index) => (
          <StepItem
            key={step.name}
            step={step}
            isLast={index === steps.length - 1}
            said={waiting?.message}
            before={steps.slice(0, index).map(workerOf).findLast(Boolean)}
          />
        ))}
      </ol>
    </Card>
  );
}

function workerOf(step: Step): string | undefined {
  const last = step.attempts.at(-1);
  return last?.host || last?.worker || undefined;
}

type StepItemProps = {
  step: Step;
  isLast: boolean;
  /** said is what the deployment waits for, where that is told already. */
  said: string | undefined;
  /** before is the worker of the step before: it is named again only where another one went on. */
  before: string | undefined;
};

function StepItem({ step, isLast, said, before }: StepItemProps) {
  const { icon: Icon, ink, word } = looks[step.state];
  const first = step.attempts[0];
  const last = step.attempts.at(-1);
  const earlier = step.attempts.slice(0, -1);
  const worker = workerOf(step);

  return (
    <li className="relative flex gap-3 pb-3 last:pb-0">
      {!isLast && <span aria-hidden className="absolute top-6 bottom-0 left-[7.5px] w-px bg-line" />}
      <Icon
        aria-hidden
        className={cn('relative mt-0.5 size-4 shrink-0', ink, step.state === 'running' && 'animate-spin motion-reduce:animate-none')}
      />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-3">
          <span className={cn('min-w-0', first ? 'font-medium' : 'text-quiet')}>{step.title}</span>
          <span className={cn('shrink-0 text-sm', step.state === 'succeeded' ? 'text-quiet' : ink)}>
            {word}
            {first && last && step.state !== 'held' && (
              <>
                {' '}
                <Duration from={first.started_at} to={step.state === 'running' ? undefined : (last.ended_at ?? last.started_at)} />
              </>
            )}
          </span>
        </div>
        {worker && (worker !== before || step.attempts.length > 1) && (
          <p className="text-quiet text-sm">
            {step.attempts.length > 1 && `attempt ${last?.attempt} `}on <Text text={worker} />
          </p>
        )}
        {last?.waiting_for && last.waiting_for !== said && step.state !== 'succeeded' && (
          <p className="text-sm text-warn wrap-anywhere">{last.waiting_for}</p>
        )}
        {earlier.length > 0 && (
          <details className="mt-1 text-sm">
            <summary className="w-fit text-quiet hover:text-text">{plural(earlier.length, 'attempt')} before</summary>
            <ul className="mt-1 space-y-1">
              {earlier.map((attempt) => (
                <li key={attempt.attempt} className="text-quiet wrap-anywhere">
                  {attempt.attempt}. {attempt.state} after{' '}
                  <Duration from={attempt.started_at} to={attempt.ended_at ?? attempt.started_at} />
                  {(attempt.error || attempt.waiting_for) && (
                    <>
                      : <Text text={attempt.error || attempt.waiting_for} />
                    </>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
}
