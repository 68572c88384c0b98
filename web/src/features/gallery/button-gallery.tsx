import { Plus } from 'lucide-react';
import { Button, buttonClass } from '@/components/button';
import { Card } from '@/components/card';
import { CopyButton } from '@/components/copy-button';
import { GuardedButton } from '@/components/guarded-button';
import { Tooltip } from '@/components/tooltip';

/** ButtonGallery shows buttons: how they look, while they are busy, and where they cannot be pressed. */
export function ButtonGallery() {
  return (
    <Card title="Buttons">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main">Main</Button>
        <Button>Plain</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="danger">Danger</Button>
        <Button busy>Busy</Button>
        <Button disabled>Disabled</Button>
        <Button size="small">Small</Button>
        <Button size="large">Large</Button>
        <Tooltip text="What the button does">
          <Button square aria-label="Add">
            <Plus aria-hidden />
          </Button>
        </Tooltip>
        <GuardedButton reason={undefined}>Allowed</GuardedButton>
        <GuardedButton reason="Viewers may not do this. An owner of the organisation can make you a developer.">Not allowed</GuardedButton>
        <CopyButton text="shop.example.com" what="the hostname" />
        <a className={buttonClass()} href="/components">
          Go to the components
        </a>
      </div>
    </Card>
  );
}
