import { CircleCheck } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { Card } from '@/components/card';
import { GitHubMark } from '@/components/github-mark';
import { Kbd } from '@/components/kbd';
import { State, type Tone } from '@/components/state';
import { Tag } from '@/components/tag';
import { DeploymentState } from '@/features/deployment/deployment-state';

const tones: Tone[] = ['good', 'busy', 'warn', 'bad', 'quiet'];
const states = ['queued', 'deploying', 'live', 'failed', 'cancelled', 'superseded', 'retired'] as const;

/** StateGallery shows states, and the small things that stand beside names. */
export function StateGallery() {
  return (
    <Card title="States" text="By word, icon and colour together.">
      <div className="space-y-3">
        <div className="flex flex-wrap gap-2">
          {states.map((state) => (
            <DeploymentState key={state} state={state} />
          ))}
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {tones.map((tone) => (
            <State key={tone} bare tone={tone} icon={CircleCheck} word={tone} />
          ))}
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Tag>owner</Tag>
          <Kbd keys="⌘K" />
          <Avatar name="ada" />
          <Avatar name="" />
          <span className="flex items-center gap-1.5">
            <GitHubMark className="size-4" /> acme/shop
          </span>
        </div>
      </div>
    </Card>
  );
}
