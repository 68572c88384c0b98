import type { Schemas } from '@/api/client';
import { Code } from '@/components/code';
import { Fact, Facts } from '@/components/facts';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

type Props = {
  access: Schemas['RepositoryAccess'];
  /** isBySSH says that the repository's URL is one of SSH, which alone takes a key. */
  isBySSH: boolean;
};

/** AccessDetails is the public half of a deploy key, or whose credential there is. What is private is never shown. */
export function AccessDetails({ access, isBySSH }: Props) {
  if (access.kind === 'none') return <p className="text-quiet">None is set: it is read as everybody may, or by the GitHub App.</p>;

  return (
    <div className="space-y-4">
      {access.kind === 'deploy_key' && !isBySSH && (
        <Notice tone="warn" title="It is not used yet">
          A deploy key is for SSH. Change the repository to its SSH URL, such as ssh://git@git.example.com/me/app.git.
        </Notice>
      )}
      {access.public_key && (
        <div>
          <p className="mb-1.5 font-medium">Public key</p>
          <Code text={access.public_key} what="the public key" />
          <p className="mt-1.5 text-quiet text-sm">Add it to the repository where that is hosted, as a deploy key. Reading is enough.</p>
        </div>
      )}
      <Facts>
        {access.username && (
          <Fact name="User">
            <Text text={access.username} />
          </Fact>
        )}
        {access.host && (
          <Fact name="Host">
            <Text text={access.host} />
          </Fact>
        )}
        {access.host_key_fingerprint && (
          <Fact name="Host key">
            <span className="font-mono text-sm">{access.host_key_fingerprint}</span>
          </Fact>
        )}
        {access.created_at && (
          <Fact name="Set">
            <Time at={access.created_at} />
          </Fact>
        )}
        <Fact name="Last used">{access.last_used_at ? <Time at={access.last_used_at} /> : 'Never'}</Fact>
      </Facts>
    </div>
  );
}
