import { Rocket } from 'lucide-react';
import { Button } from '@/components/button';
import { Notice } from '@/components/notice';

type Props = {
  /** text says what Deploy will do, or what is being done. */
  text: string;
  /** hindered says why it cannot be deployed yet; empty where it can. */
  hindered: string;
  /** canKeep says whether a project can be made without deploying it. */
  canKeep: boolean;
  doing: string;
  problem?: string | undefined;
  onDeploy: () => void;
  onKeep: () => void;
};

/** DeployBar stands at the foot of the window, whatever the page shows: what will happen, and the button that does it. */
export function DeployBar({ text, hindered, canKeep, doing, problem, onDeploy, onKeep }: Props) {
  return (
    <section aria-label="Deploy" className="sticky bottom-0 z-20 border-line border-t bg-surface">
      <div className="mx-auto w-full max-w-3xl space-y-3 px-4 py-3 sm:px-6">
        {problem && (
          <Notice tone="bad" live>
            {problem}
          </Notice>
        )}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p role="status" id="deploy-text" className="min-h-5 min-w-0 flex-1 basis-60 text-quiet text-sm wrap-anywhere">
            {doing || hindered || text}
          </p>
          <div className="flex flex-1 justify-end gap-2 sm:flex-none">
            {canKeep && (
              <Button look="quiet" disabled={Boolean(doing)} onClick={onKeep}>
                Only make the project
              </Button>
            )}
            <Button look="main" busy={Boolean(doing)} disabled={Boolean(hindered)} aria-describedby="deploy-text" onClick={onDeploy}>
              {!doing && <Rocket aria-hidden />}
              Deploy
            </Button>
          </div>
        </div>
      </div>
    </section>
  );
}
