import { Plug } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { buttonClass } from '@/components/button';
import { Empty } from '@/components/empty';
import { ConnectGitHub } from './connect-github';

type Props = {
  setup: Schemas['GitHubSetupOutputBody'];
  organisation: Schemas['Organisation'];
  isOperator: boolean;
  /** back is where the browser comes back to from GitHub. */
  back: string;
};

/** NoGitHub stands where repositories would be of an organisation with no account on GitHub, and says who does what next. */
export function NoGitHub({ setup, organisation, isOperator, back }: Props) {
  if (!setup.ready) {
    return (
      <Empty
        icon={Plug}
        title="This platform has no GitHub App yet"
        actions={
          isOperator && (
            <a className={buttonClass('main')} href={`${setup.app_page}?${new URLSearchParams({ return_to: back })}`}>
              Make the GitHub App
            </a>
          )
        }
      >
        <p>
          {isOperator
            ? 'You make it once, with two clicks; then people sign in with GitHub and choose repositories. You come back here afterwards.'
            : 'An operator of the platform makes it once; then you connect your account here. Repositories from elsewhere work without it.'}
        </p>
      </Empty>
    );
  }

  if (organisation.role !== 'owner') {
    return (
      <Empty icon={Plug} title="No account on GitHub is connected">
        <p>
          Owners of this organisation connect accounts: ask one to do so. Repositories that can be read by their git URL work without it.
        </p>
      </Empty>
    );
  }

  return (
    <Empty
      icon={Plug}
      title="Connect your account on GitHub"
      actions={
        <>
          <ConnectGitHub organisationId={organisation.id} back={back} />
          <ConnectGitHub organisationId={organisation.id} back={back} account="" look="quiet">
            The App is installed already
          </ConnectGitHub>
        </>
      }
    >
      <p>You choose on GitHub which repositories Zeitwork may read. Then you pick one here, and every push to it is deployed.</p>
    </Empty>
  );
}
